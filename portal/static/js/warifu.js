// Small comforts. Every page works without them.
import { guardSubmits } from "./submits.js";
import { autosave, confirmLeave } from "./drafts.js";
import { enhanceViewer } from "./viewer.js";
import { enhanceCopies } from "./copies.js";
import { refreshLater } from "./refresh.js";
import { foldWhenNarrow } from "./folds.js";

guardSubmits(document);
document.querySelectorAll("form[data-autosave-url]").forEach(autosave);
document.querySelectorAll("form[data-confirm-leave]").forEach(confirmLeave);
document.querySelectorAll("[data-viewer]").forEach(enhanceViewer);
document.querySelectorAll("[data-copy]").forEach(enhanceCopies);
document.querySelectorAll("[data-refresh-after]").forEach(refreshLater);
document.querySelectorAll("[data-fold-when-narrow]").forEach(foldWhenNarrow);
document.querySelector("[data-error-summary]")?.focus();
