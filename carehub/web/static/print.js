// A page that is made to be printed gets a button for it; without the script the browser's own menu does.
"use strict";

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
