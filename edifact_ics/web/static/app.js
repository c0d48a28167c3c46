// The page: it holds the bytes that were given, sends them whole with each question, and shows what comes back.
"use strict";

(() => {
  const element = (id) => document.getElementById(id);
  const status = element("status");
  let given = null; // the bytes, as a Uint8Array
  let name = "message.edi";
  let page = 1;
  let written = ""; // what the text box was last filled with
  let asking = 0; // counts the listings asked for

  const toBytes = (text) => {
    for (const character of text) if (character.codePointAt(0) > 255) return new TextEncoder().encode(text);
    return Uint8Array.from(text, (character) => character.charCodeAt(0)); // ISO 8859-1, as EDIFACT is sent
  };
  const toText = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return text;
  };

  async function ask(path, body) {
    const answer = await fetch(path, { method: "POST", body, headers: body instanceof FormData ? {} : { "Content-Type": "application/octet-stream" } });
    const text = await answer.text();
    if (answer.ok) return text;
    let sentence = text;
    try { sentence = JSON.parse(text).error; } catch { /* it is no JSON: show it as it came */ }
    throw new Error(sentence);
  }

  // Ask for the listing; `keep` what is open and where the reader stands, when the same file comes back changed.
  async function look(keep = false) {
    if (!given) return false;
    const asked = ++asking;
    status.textContent = "Checking…";
    try {
      const listing = await ask(`/view?page=${page}`, given);
      if (asked !== asking) return false; // something else was asked meanwhile
      const panel = element("panel-listing");
      const open = keep ? [...panel.querySelectorAll("details.part")].map((part) => part.open) : [];
      const { scrollX, scrollY } = window;
      panel.innerHTML = listing; // made by our own templates, every value escaped
      panel.querySelectorAll("details.part").forEach((part, at) => { if (open[at]) part.open = true; });
      element("tabs").hidden = false;
      element("download").disabled = false;
      select(element("tab-listing"));
      if (keep) window.scrollTo(scrollX, scrollY);
      status.textContent = element("summary").querySelector("h2").textContent;
      return true;
    } catch (error) {
      if (asked === asking) status.textContent = error.message;
      return false;
    }
  }

  function take(bytes, called) {
    given = bytes;
    name = called || name;
    page = 1;
    return look();
  }

  // Show the bytes in the text box, unless they are too many for it; what is shown may be edited there.
  function write(bytes) {
    const box = element("text");
    box.value = bytes.length < 200000 ? toText(bytes) : "";
    box.placeholder = box.value ? "" : `${name}: ${bytes.length.toLocaleString("en")} bytes, too many to show here`;
    written = box.value;
  }

  async function takeFile(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    name = file.name;
    write(bytes);
    await take(bytes);
  }

  // Check what stands in the text box; when nobody changed it, the very bytes that are shown there.
  function takeText() {
    const text = element("text").value;
    if (given && text === written) return take(given);
    if (!text.trim()) { status.textContent = "There is nothing to check yet."; return Promise.resolve(false); }
    written = text;
    return take(toBytes(text.replace(/\r?\n/g, "\r\n")));
  }

  function select(tab) {
    for (const other of document.querySelectorAll("[role=tab]")) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      element(other.getAttribute("aria-controls")).hidden = !chosen;
    }
  }

  async function fill(tab) {
    select(tab);
    const asked = { "tab-xml": "/api/translate?to=xml", "tab-contrl": "/api/respond?kind=contrl", "tab-cusres": "/api/respond?kind=cusres" }[tab.id];
    if (!asked) return;
    const shown = element(tab.getAttribute("aria-controls")).querySelector("pre");
    shown.textContent = "…";
    try {
      const text = await ask(asked, given);
      shown.textContent = text.startsWith("{") ? JSON.parse(text).notes.join("\n") : text;
    } catch (error) { shown.textContent = error.message; }
  }

  // Put a form in the place of a value: Enter or Apply changes it, Escape or Cancel leaves it.
  function edit(button) {
    const form = document.createElement("span");
    form.className = "editing";
    const input = document.createElement("input");
    input.value = button.dataset.raw;
    input.setAttribute("aria-label", `New value: ${button.dataset.name}`);
    const action = (label, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = label;
      made.addEventListener("click", (event) => { event.stopPropagation(); act(); });
      return made;
    };
    const leave = () => { form.replaceWith(button); button.focus(); };
    const apply = () => (input.value === button.dataset.raw ? leave() : put(button.dataset, input));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); apply(); }
      if (event.key === "Escape") leave();
    });
    form.append(input, action("Apply", apply), action("Cancel", leave));
    button.replaceWith(form);
    input.focus();
    input.select();
  }

  // Write a value into the bytes, service characters released, and look again.
  async function put(spot, input) {
    const special = element("summary").dataset.delimiters;
    const release = special[special.length - 1];
    if ([...input.value].some((character) => character.codePointAt(0) > 255)) {
      status.textContent = "A value holds a character that EDIFACT as sent to Customs (ISO 8859-1) does not have.";
      input.setAttribute("aria-invalid", "true");
      return;
    }
    const sent = spot.before + Array.from(input.value, (character) => (special.includes(character) && release !== " " ? release + character : character)).join("");
    const bytes = toBytes(sent);
    const offset = Number(spot.offset), length = Number(spot.length);
    const changed = new Uint8Array(given.length - length + bytes.length);
    changed.set(given.subarray(0, offset));
    changed.set(bytes, offset);
    changed.set(given.subarray(offset + length), offset + bytes.length);
    given = changed;
    write(changed);
    if (await look(true)) document.querySelector(`.value[data-offset="${offset + spot.before.length}"]`)?.focus({ preventScroll: true });
  }

  // Go to the segment that a finding of the index speaks of, on whatever page it is.
  async function jump(target) {
    if (Number(target.page) !== page) { page = Number(target.page); if (!await look()) return; }
    const row = element(target.at) || document.querySelector("#panel-listing article");
    row.closest("details")?.setAttribute("open", "");
    row.scrollIntoView({ block: "center" });
    const said = row.parentElement.querySelector(`#${target.at} ~ tr.said details`);
    if (said) { said.open = true; said.querySelector("summary").focus({ preventScroll: true }); }
  }

  async function compare(file) {
    const both = new FormData();
    both.append("before", file);
    both.append("after", new Blob([given]));
    const rows = element("changes");
    rows.replaceChildren();
    try {
      const { changes } = JSON.parse(await ask("/compare", both));
      for (const change of changes) {
        const row = rows.insertRow();
        for (const text of [change.path, change.before ?? "(not there)", change.after ?? "(not there)"]) row.insertCell().textContent = text;
      }
      if (!changes.length) rows.insertRow().insertCell().textContent = "They say the same.";
    } catch (error) {
      rows.insertRow().insertCell().textContent = error.message;
    }
  }

  element("look").addEventListener("click", takeText);
  element("text").addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) takeText(); });
  element("file").addEventListener("change", (event) => event.target.files[0] && takeFile(event.target.files[0]));
  element("before").addEventListener("change", (event) => event.target.files[0] && compare(event.target.files[0]));
  element("download").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([given], { type: "application/edifact" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  element("tabs").addEventListener("click", (event) => { if (event.target.matches("[role=tab]")) fill(event.target); });
  element("tabs").addEventListener("keydown", (event) => {
    const tabs = [...document.querySelectorAll("[role=tab]")];
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    tab.focus();
    fill(tab);
  });
  element("panel-listing").addEventListener("click", (event) => {
    const target = event.target.closest("button");
    if (!target) return;
    if (target.matches(".jump")) jump(target.dataset);
    else if (target.matches(".value")) edit(target);
    else if (target.dataset.page) { page = Number(target.dataset.page); look().then(() => element("panel-listing").scrollIntoView()); }
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      document.body.classList.toggle("dropping", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) takeFile(event.dataTransfer.files[0]);
    });
  }
})();
