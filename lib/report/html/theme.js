"use strict";

// Before the first paint: the theme that the reader chose on an earlier visit, else the system's.
{
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

  try {
    const theme = localStorage.getItem("theme");
    if (theme) root.dataset.theme = theme;
  } catch {
    // Storage is closed to pages opened from some places; a choice then lasts as long as the page.
  }

  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark.matches;

  addEventListener("DOMContentLoaded", () => {
    const toggle = document.getElementById("theme-toggle");
    const nameToggle = () => {
      toggle.textContent = isDark() ? "Light theme" : "Dark theme";
    };
    toggle.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      nameToggle();
      try {
        localStorage.setItem("theme", root.dataset.theme);
      } catch {
        // As above.
      }
    });
    systemIsDark.addEventListener("change", nameToggle);
    nameToggle();
  });
}
