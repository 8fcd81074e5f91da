// Setting up the second factor. The secret and the recovery codes live in this page only: no state
// of the server holds them, and they are gone when it is left.
import { useState } from "react";
import { postForm } from "./api.js";
import { Enrolment } from "./enrolment.jsx";
import { RecoveryCodes } from "./recovery_codes.jsx";
import { SureButton } from "./sure_button.jsx";

const API = "/api/second-factor/";
const ABOUT = {
  "": "",
  none: "Your plan has no second factor; a larger one has.",
  off: "Off. With it, a code from an app on your phone is asked for after signing in.",
  on: "On. A code from your app is asked for after signing in.",
};

/** factor: on, off, none, or "" while that is not known. onChange(): it was set up. */
export function SecondFactor({ factor, codesLeft, onChange, onTurnOff }) {
  const { step, problem, ...acts } = useSetup(onChange);
  return (
    <>
      <div className="setting">
        <div className="about">
          <span>Authenticator app</span>
          <small>{ABOUT[factor] || "\u00a0"}</small>
        </div>
        {factor === "off" && !step && (
          <button type="button" className="button" onClick={acts.enrol}>Set up</button>
        )}
        {factor === "on" && !step && <TurnOff onYes={onTurnOff} />}
      </div>
      {factor === "on" && !step && <NewCodes left={codesLeft} onYes={acts.renew} />}
      {step?.enrolment && (
        <Enrolment {...step.enrolment} onCode={acts.confirm} onCancel={acts.leave} />
      )}
      {step?.codes && <RecoveryCodes codes={step.codes} onDone={acts.leave} />}
      <p className={problem ? "error" : "unseen"} role="alert">{problem}</p>
    </>
  );
}

/** Where the setup is: nowhere (null), at an enrolment, or at codes to be kept. */
function useSetup(onChange) {
  const [step, setStep] = useState(null);
  const [problem, setProblem] = useState("");
  const ask = (what, form, show) => {
    setProblem("");
    return postForm(API + what, form).then(show, (error) => setProblem(error.message));
  };
  const keep = ({ codes }) => {
    setStep({ codes });
    onChange?.();
  };
  return {
    step,
    problem,
    enrol: () => ask("enrol", {}, (enrolment) => setStep({ enrolment })),
    confirm: (code) => ask("confirm", { code }, keep),
    renew: () => ask("recovery-codes", {}, keep),
    leave: () => {
      setStep(null);
      setProblem("");
    },
  };
}

function TurnOff({ onYes }) {
  return (
    <SureButton
      label="Turn off"
      name="Turn the second factor off"
      question="Sign in without a code from now on? Your other devices are signed out."
      yes="Turn off"
      onYes={onYes}
    />
  );
}

function NewCodes({ left, onYes }) {
  return (
    <div className="setting">
      <div className="about">
        <span>Recovery codes</span>
        <small>{left} of 10 are left. Each stands in for your phone once.</small>
      </div>
      <SureButton
        label="New codes"
        name="Make new recovery codes"
        question="Make ten new codes? The old ones stop working."
        yes="Make new codes"
        onYes={onYes}
      />
    </div>
  );
}
