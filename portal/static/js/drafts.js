// Drafts save themselves: POST of the form to data-autosave-url, two seconds after the last key.
const PAUSE = 2000;

function withoutFiles(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

function clock() {
  return new Date().toLocaleTimeString("ja-JP", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Tokyo" });
}

// Leaving with words that nobody has kept asks first.
function watch(form) {
  const words = { unsaved: false };
  form.addEventListener("input", () => { words.unsaved = true; });
  form.addEventListener("submit", () => { words.unsaved = false; });
  window.addEventListener("beforeunload", (event) => {
    if (words.unsaved) event.preventDefault();
  });
  return words;
}

export function confirmLeave(form) {
  watch(form);
}

export function autosave(form) {
  const state = form.querySelector("[data-save-state]");
  const words = watch(form);
  let timer = null;

  function say(text, failed = false) {
    if (!state) return;
    state.textContent = text;
    state.classList.toggle("save-state--failed", failed);
  }

  async function save() {
    const data = withoutFiles(form);
    words.unsaved = false;
    try {
      const answer = await fetch(form.dataset.autosaveUrl, {
        method: "POST", body: data, credentials: "same-origin", headers: { Accept: "application/json" },
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const saved = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      say(`保存しました　${saved.saved_at ?? clock()}`);
    } catch {
      words.unsaved = true;
      say("自動保存ができませんでした。入力した内容はこの画面に残っています。「下書きを保存する」で保存できます。", true);
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}
