// A page that waits for the machine looks again by itself, less and less often, and only while it is seen.
const LONGEST = 60;
const KEY = `refresh:${location.pathname}`;

function times() {
  try { return Number(sessionStorage.getItem(KEY)) || 0; } catch { return 0; }
}

function remember(count) {
  try { sessionStorage.setItem(KEY, String(count)); } catch { /* private window: keep the first pace */ }
}

export function refreshLater(notice) {
  const count = times();
  const seconds = Math.min(Number(notice.dataset.refreshAfter) * 1.5 ** count, LONGEST);
  setTimeout(function look() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", look, { once: true });
      return;
    }
    remember(count + 1);
    location.reload();
  }, seconds * 1000);
}
