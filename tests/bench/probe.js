// Notes in a page: long tasks, the moment of Enter, and which token was painted when.
(() => {
  if (window.__bench) return;
  const bench = (window.__bench = { long: [], painted: [], enter: 0 });
  const noted = (list) =>
    list.getEntries().forEach((task) => bench.long.push([task.startTime, task.duration]));
  new PerformanceObserver(noted).observe({ type: "longtask", buffered: true });
  addEventListener("keydown", (key) => {
    if (key.key === "Enter") bench.enter = key.timeStamp;
  }, true);

  // The end of an answer's text, without touching the rest of a long one.
  const endOf = (answer) => {
    const texts = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT);
    let end = "";
    for (let text = texts.lastChild(); text && end.length < 400; text = texts.previousNode())
      end = text.data + end;
    return end;
  };
  const newest = (answer) =>
    Math.max(-1, ...[...endOf(answer).matchAll(/w(\d{4}):/g)].map((token) => Number(token[1])));

  // At each frame: the newest token of the newest answer, noted just after that frame is painted.
  bench.watch = (answers) => {
    Object.assign(bench, { painted: [], enter: 0, watching: true });
    const before = document.querySelectorAll(answers).length;
    let last = -1;
    const after = new MessageChannel();
    after.port1.onmessage = ({ data }) => bench.painted.push([performance.now(), data]);
    const look = () => {
      if (!bench.watching) return;
      const all = [...document.querySelectorAll(answers)];
      const token = all.length > before ? newest(all.at(-1)) : -1;
      if (token > last) after.port2.postMessage((last = token));
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };
})();
