// What starting over says.

export const RESTART_TEXT = {
  open: "Start over…",
  title: "Start over",
  kept:
    "Start over: the log is kept aside in a file with a number, such as labels-1.sqlite; " +
    "the panel then says which.",
  gone:
    "Labels, tags, notes and changes of classes are gone from the panel. Undo cannot bring them " +
    "back, but that file can be opened.",
  confirm: "Keep the log aside, and start over",
};
