// Keeps an open page up to date. Every page works without this file.
"use strict";
(() => {
  const live = () => document.getElementById("live");
  if (!live()) return;
  let etag = live().dataset.etag;
  let summary = live().dataset.summary;
  let failures = 0;
  let timer = 0;
  let held = false; // A finger is down: what is under it must stay where it is.

  const ago = () => {
    for (const element of document.querySelectorAll("time[datetime]")) {
      const seconds = Math.round((Date.now() - Date.parse(element.dateTime)) / 1000);
      const text = (n) => n < 60 ? "under a minute"
        : n < 3600 ? `${Math.floor(n / 60)} min`
        : n < 86400 ? `${Math.floor(n / 3600)} h`
        : `${Math.floor(n / 86400)} d`;
      element.dataset.ago = seconds >= 0 ? `${text(seconds)} ago` : `in ${text(-seconds)}`;
    }
  };

  // Puts the live part of another rendering in place. What did not change stays the same element,
  // and the focus, open details and the scroll position stay where they were.
  const take = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return false;
    const old = live();
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const card = focused?.closest("[id][tabindex]");
    for (const details of fresh.querySelectorAll("details[id]")) {
      details.open = document.getElementById(details.id)?.open ?? false;
    }
    for (const item of fresh.querySelectorAll("[id][data-rev]")) {
      const known = document.getElementById(item.id);
      if (known?.dataset.rev === item.dataset.rev) item.replaceWith(known);
    }
    old.replaceWith(document.adoptNode(fresh));
    if (focused) {
      const again = (focused.id && document.getElementById(focused.id))
        || (card && document.getElementById(card.id));
      again?.focus({ preventScroll: true });
    }
    etag = fresh.dataset.etag;
    if (fresh.dataset.summary !== summary) {
      summary = fresh.dataset.summary;
      document.getElementById("news").textContent = summary;
    }
    document.title = page.title;
    ago();
    return page;
  };

  const isWriting = () => [...document.querySelectorAll("textarea")].some((area) => area.value);
  const lost = (is) => { document.getElementById("lost").hidden = !is; };

  const poll = async () => {
    if (held) return next(250);
    try {
      const answer = await fetch(location.href, {
        headers: { "If-None-Match": etag },
        cache: "no-store",
      });
      if (answer.status === 401 && !isWriting()) return location.reload();
      if (answer.status === 200 && !held) take(await answer.text());
      failures = answer.ok || answer.status === 304 ? 0 : failures + 1;
    } catch {
      failures += 1;
    }
    lost(failures > 2);
    next(failures ? Math.min(30000, 2000 * 2 ** failures) : document.hidden ? 15000 : 2000);
  };
  const next = (wait) => { clearTimeout(timer); timer = setTimeout(poll, wait); };

  const send = async (form, button) => {
    button?.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.getAttribute("action"), {
        method: "POST",
        body: new URLSearchParams(new FormData(form, button)),
      });
      const page = answer.ok && take(await answer.text());
      if (!page) return form.submit(); // The server tells what is wrong; a press counts once.
      document.getElementById("said").replaceChildren(...page.getElementById("said").childNodes);
    } catch {
      lost(true);
    } finally {
      button?.removeAttribute("aria-busy");
      next(300);
    }
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-quiet]")) return;
    event.preventDefault();
    if (event.submitter?.getAttribute("aria-busy")) return;
    send(event.target, event.submitter);
  });
  document.addEventListener("pointerdown", () => { held = true; });
  for (const end of ["pointerup", "pointercancel", "blur"]) {
    addEventListener(end, () => { held = false; });
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) next(0); });
  addEventListener("pageshow", (event) => { if (event.persisted) next(0); });
  setInterval(ago, 15000);
  ago();
  next(1000);
})();
