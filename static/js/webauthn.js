/* Security keys: offered where the browser has them, and a word when they fail.

   allauth's own scripts talk to the key; this one stands between them and the page. */

"use strict";

{
  const can = Boolean(window.PublicKeyCredential && navigator.credentials);
  for (const each of document.querySelectorAll("[data-needs-key]")) each.hidden = !can;
  for (const each of document.querySelectorAll("[data-key-missing]")) each.hidden = can;

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const trouble = document.querySelector("[data-key-trouble]");
    if (!trouble) return;
    // Shown anew at each failure, so that it is read out each time.
    trouble.hidden = true;
    setTimeout(() => { trouble.hidden = false; }, 50);
  });
}
