// One press, one effect: the second press of a form on its way is ignored.
const BUSY = "data-busy";

function markBusy(form, submitter) {
  form.setAttribute(BUSY, "");
  // After the browser has read the form: a disabled button would drop its own name and value.
  setTimeout(() => {
    form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
    const text = submitter?.dataset.busyText;
    if (text) submitter.textContent = text;
  }, 0);
}

function release(form) {
  form.removeAttribute(BUSY);
  form.querySelectorAll("button[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}

export function guardSubmits(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.hasAttribute(BUSY)) {
      event.preventDefault();
      return;
    }
    // An answer that downloads a file leaves this page in place: such a form says so.
    if (!form.hasAttribute("data-download")) markBusy(form, event.submitter);
  });
  // The back button may show the page as it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) root.querySelectorAll(`form[${BUSY}]`).forEach(release);
  });
}
