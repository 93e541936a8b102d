// What is wider than its place scrolls, and then the keyboard must reach it.

const scrollers = () => document.querySelectorAll("pre, .table-wrapper");

function reach() {
  for (const one of scrollers()) {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  }
}

addEventListener("load", reach);
addEventListener("resize", reach);

// The figures of plotly that a notebook showed.
for (const place of document.querySelectorAll(".nbl-figure")) {
  const { data, layout } = JSON.parse(place.firstElementChild.textContent);
  Plotly.newPlot(place, data, layout, { responsive: true, displayModeBar: false });
}
