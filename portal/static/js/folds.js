// A long list of ways on: closed where the screen is narrow, always open beside the page where it is wide.
const wide = matchMedia("(min-width: 64.01rem)");

export function foldWhenNarrow(fold) {
  const follow = () => { fold.open = wide.matches; };
  follow();
  wide.addEventListener("change", follow);
}
