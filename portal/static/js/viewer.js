// Zoom without loading the page again; the links work by themselves when this does not run.
const SIZES = ["fit", "100", "150", "200"];

export function enhanceViewer(viewer) {
  const pages = viewer.querySelector("[data-viewer-pages]");
  const links = [...viewer.querySelectorAll("[data-zoom]")];
  links.forEach((link) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const size = link.dataset.zoom;
    const place = pages.scrollTop / Math.max(pages.scrollHeight, 1);
    SIZES.forEach((other) => pages.classList.toggle(`viewer__pages--${other}`, other === size));
    links.forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    pages.scrollTop = place * pages.scrollHeight;
  }));
}
