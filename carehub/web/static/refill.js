// A form that was refused holds what was written in it, and stands open.
"use strict";

(() => {
  const NOT_OURS = new Set(["hidden", "password", "file"]);
  const { action, fields } = JSON.parse(document.getElementById("refused").dataset.typed);
  const form = [...document.forms].find((one) => one.method === "post" && one.getAttribute("action") === action);
  if (!form) return;
  for (const one of form.elements) {
    if (!one.name || NOT_OURS.has(one.type)) continue;
    const said = fields[one.name] ?? [];
    if (["checkbox", "radio"].includes(one.type)) one.checked = said.includes(one.value);
    else if (said.length) one.value = said[0];
  }
  for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
})();
