// The page: it holds the bytes that were given, sends them whole with each question, and shows what comes back.
"use strict";

(() => {
  const element = (id) => document.getElementById(id);
  const status = element("status");
  let given = null; // the bytes, as a Uint8Array
  let name = "message.edi";
  let page = 1;

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

  async function look() {
    if (!given) return;
    status.textContent = "Checking…";
    try {
      const listing = await ask(`/view?page=${page}`, given);
      element("panel-listing").innerHTML = listing; // made by our own templates, every value escaped
      element("tabs").hidden = false;
      element("download").disabled = false;
      select(element("tab-listing"));
      status.textContent = element("summary").querySelector("h2").textContent;
    } catch (error) {
      status.textContent = error.message;
    }
  }

  function take(bytes, called) {
    given = bytes;
    name = called || name;
    page = 1;
    return look();
  }

  async function takeFile(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    element("text").value = bytes.length < 200000 ? toText(bytes) : "";
    await take(bytes, file.name);
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
    try { shown.textContent = await ask(asked, given); } catch (error) { shown.textContent = error.message; }
  }

  function edit(button) {
    const input = document.createElement("input");
    input.value = button.dataset.raw;
    input.setAttribute("aria-label", button.getAttribute("aria-label"));
    const done = (keep) => {
      if (!input.isConnected) return;
      input.replaceWith(button);
      button.focus();
      if (keep && input.value !== button.dataset.raw) put(Number(button.dataset.offset), Number(button.dataset.length), input.value);
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") done(true);
      if (event.key === "Escape") done(false);
    });
    input.addEventListener("blur", () => done(true));
    button.replaceWith(input);
    input.focus();
  }

  function put(offset, length, value) {
    const special = element("summary").dataset.delimiters;
    const release = special[special.length - 1];
    const sent = Array.from(value, (character) => (special.includes(character) ? release + character : character)).join("");
    const bytes = toBytes(sent);
    const changed = new Uint8Array(given.length - length + bytes.length);
    changed.set(given.subarray(0, offset));
    changed.set(bytes, offset);
    changed.set(given.subarray(offset + length), offset + bytes.length);
    given = changed;
    if (changed.length < 200000) element("text").value = toText(changed);
    look();
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

  element("look").addEventListener("click", () => take(toBytes(element("text").value.replace(/\r?\n/g, "\r\n"))));
  element("text").addEventListener("keydown", (event) => { if (event.key === "Enter" && event.ctrlKey) element("look").click(); });
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
    if (target.dataset.page) { page = Number(target.dataset.page); look(); } else if (target.matches(".value")) edit(target);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      document.body.classList.toggle("dropping", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) takeFile(event.dataTransfer.files[0]);
    });
  }
})();
