"use strict";

const root = document.documentElement;

const codeToggle = document.getElementById("code-toggle");
codeToggle.addEventListener("click", () => {
  const show = codeToggle.getAttribute("aria-pressed") !== "true";
  codeToggle.setAttribute("aria-pressed", String(show));
  for (const details of document.querySelectorAll("details.code")) {
    details.open = show || details.classList.contains("settings");
  }
});

// What is wider than the page scrolls, and must then be reachable by keyboard.
const overflow = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const element of document.querySelectorAll(".scroll, pre")) {
  overflow.observe(element);
}

// Contents: open beside the text; where there is no room beside it, closed until asked for.
const contents = document.querySelector(".contents");
const beside = matchMedia("(min-width: 64rem)");

function openOrClose() {
  contents.open = beside.matches;
}

beside.addEventListener("change", openOrClose);
openOrClose();
contents.addEventListener("click", (event) => {
  if (event.target.closest("a") && !beside.matches) contents.open = false;
});

// They follow the reading: the last heading above the upper third of the window is the current one.
const links = new Map();
for (const link of contents.querySelectorAll("a")) {
  links.set(document.getElementById(decodeURIComponent(link.hash.slice(1))), link);
}
const headings = [...links.keys()];
let current;

function follow() {
  const line = innerHeight / 3;
  const atEnd = innerHeight + scrollY >= root.scrollHeight - 2;
  const reading = atEnd
    ? headings.at(-1)
    : headings.findLast((heading) => heading.getBoundingClientRect().top <= line) ?? headings[0];
  if (reading === current) return;
  links.get(current)?.removeAttribute("aria-current");
  current = reading;
  const link = links.get(current);
  link.setAttribute("aria-current", "true");
  if (beside.matches) link.scrollIntoView({ block: "nearest" });
}

root.classList.add("follows");
addEventListener("scroll", () => requestAnimationFrame(follow), { passive: true });
addEventListener("resize", follow);
follow();
