"""Texts that break careless programs, by what they break."""
# ruff: noqa: RUF001  (letters that look like others are the point)

import itertools

CONTROLS = [f"a{chr(c)}b" for c in (*range(32), 127, 128, 159)]
SPACES = [f"{chr(c)}" for c in (0x20, 0xA0, 0x1680, 0x2000, 0x2028, 0x2029, 0x202F, 0x3000, 0x85)]
INVISIBLE = [
    f"a{chr(c)}b"
    for c in (0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF)
]
DIRECTIONS = [f"{chr(c)}abc אבג" for c in (0x202A, 0x202B, 0x202D, 0x202E, 0x2066, 0x2067, 0x2069)]
HALVES = ["\ud800", "a\udfffb", "\udc00\ud800", "\ud83d", "x\udcff"]
SCRIPTS = [
    "שלום עולם",
    "مرحبا بالعالم",
    "田中さんにあげて下さい",
    "사회과학원 어학연구소",
    "สวัสดีชาวโลก",
    "नमस्ते दुनिया",
    "Ελληνικά ΣΑΣ ς",
    "Iıİi ŠšĐđ ßẞ",
    "𝕿𝖍𝖊 𝔮𝔲𝔦𝔠𝔨",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "👨‍👩‍👧‍👦 👍🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇵🇹 ❤️",
    "e\u0301 é ﬁ Å Å ①",
    "\U0010ffff \U000e0001",
]
CODE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "'; drop table messages; --",
    "1' or '1'='1",
    "\\'; \\\"; `; $$; $1; %s; {0}; {{x}}; ${x}; #{x}",
    "{}",
    "[]",
    "null",
    "undefined",
    "NaN",
    "true",
    "0",
    "-1",
    "1e309",
    "../../etc/passwd",
    "%00%0a%0d",
    "\\u0000 \\ud800 \\x00",
    "data: x\n\nevent: end\ndata: {}",
    "id: 9\r\n\r\nretry: 0",
    "[object Object]",
    "$(touch x) `id` | cat && echo; #",
    "%(x)s %n %x",
    "=1+1",
    "@import url(x)",
    "]]>",
    "<!--#exec cmd='ls'-->",
    "{{7*7}} {% raw %} <%= 7 %>",
    "http://[::1]:0/",
    "CON PRN AUX NUL COM1",
    "```",
    "# " * 50,
    "> " * 200 + "x",
    "[" * 1_000,
    "![x](http://x/y.png) [a](javascript:b)",
    "|a|b|\n|-|-|\n|\\||",
    "use",
    "use {",
    'use calculator {"expression": ',
    'use calculator {"expression": "\\ud800\\u0000"}',
    'use nothing {"a": [1, {"b": null}]}',
    'use calculator {"expression": "9**9**9"}',
    "write 0 words",
    "calculate (((((",
    "what time is it in ../../x",
    "Your answer above broke off. It ends with these words:",
]
SIZES = ["x" * 100_000, "é" * 99_999, "\n" * 1_000 + "x", "a " * 40_000]
PAIRS = [f"{a}{b}" for a, b in itertools.pairwise(["\r", "\n", "\t", " ", "\v", "\f", "\x1c", "."])]
TOO_MUCH = ["x" * 1_000_000, "", " " * 50, "\t\n", "x" * 100_001]

ALL = [
    *CONTROLS, *SPACES, *INVISIBLE, *DIRECTIONS, *HALVES, *SCRIPTS, *CODE, *SIZES, *PAIRS,
    *TOO_MUCH,
]  # fmt: skip
