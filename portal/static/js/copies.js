// A button beside a long value that copies it.
export function enhanceCopies(place) {
  if (!navigator.clipboard) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--secondary button--small copy-button";
  button.textContent = "コピーする";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(place.dataset.copy);
    button.textContent = "コピーしました";
    setTimeout(() => { button.textContent = "コピーする"; }, 3000);
  });
  place.after(button);
}
