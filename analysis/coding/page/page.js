"use strict";

// One sentence at a time. The server has the truth: a choice is shown once the server has written
// it to the disk. Texts reach the page through textContent alone, so that none can become markup.

const byId = (id) => document.getElementById(id);
const state = {
  sheet: null, // what the server describes
  fields: [], // what is asked, in order: {id, name, definition, rules, values}
  chosen: new Map(), // "sentence_id field" -> {value, number}
  last: 0, // number of the newest choice that this window knows
  at: 0, // the sentence shown
  field: 0, // the question that is open; fields.length: none
  language: "id",
  rules: false,
  thanked: false,
};
let queue = Promise.resolve(); // choices are sent one after the other, in the order of the keys

const words = () => WORDS[state.language];
const inLanguage = (text) => text[state.language];
const sentence = () => state.sheet.sentences[state.at];
const chosenOf = (id, field) => state.chosen.get(`${id} ${field}`) || { value: "", number: 0 };
const valueOf = (field) => chosenOf(sentence().sentence_id, field).value;
const isCoded = (one) => state.sheet.variables.every((v) => chosenOf(one.sentence_id, v.id).value);

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// ------------------------------------------------------------------------------ the server

async function ask(path, body) {
  const answer = await fetch(`api/${path}`, body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ window: state.sheet.window, since: state.last, ...body }),
  });
  if (!answer.ok && answer.status !== 409) throw answer.status;
  return { conflict: answer.status === 409, ...(await answer.json()) };
}

function learn(choices) {
  for (const choice of choices) {
    state.chosen.set(`${choice.sentence_id} ${choice.field}`, choice);
    state.last = Math.max(state.last, choice.number);
  }
}

// Send to the server a request and show what it wrote; null if it did not take it.
async function send(path, body) {
  byId("saved").textContent = words().saving;
  let choices = null;
  try {
    const answer = await ask(path, body);
    learn(answer.choices);
    warn(answer.conflict ? words().conflict : "");
    byId("saved").textContent = answer.conflict ? "" : `✓ ${words().saved}`;
    choices = answer.conflict ? null : answer.choices;
  } catch (status) {
    byId("saved").textContent = "";
    warn(status === 507 ? words().full : status === 400 ? words().refused : words().lost);
  }
  show();
  return choices;
}

// What a coder does waits until what came before it is saved, so that quick keys keep their order.
function act(what) {
  queue = queue.then(what).catch((error) => console.error(error));
}

function warn(message) {
  byId("alarm").textContent = message;
  byId("alarm").hidden = !message;
}

async function listen() {
  if (document.hidden) return;
  try {
    const { choices } = await ask(`choices?since=${state.last}`);
    if (byId("alarm").textContent === words().lost) warn("");
    if (choices.length) {
      learn(choices);
      show();
    }
  } catch {
    warn(words().lost);
  }
}

// ------------------------------------------------------------------------------ what a coder does

async function choose(field, value) {
  const id = sentence().sentence_id;
  const seen = chosenOf(id, field).number;
  if (!(await send("choose", { sentence_id: id, field, value, seen }))) return;
  const open = state.fields[state.field];
  if (value && open && open.id === field) {
    const next = state.fields[state.field + 1];
    const passed = value === "neutral" && next && next.id === "target"; // neutral has no target
    openField(state.field + (passed ? 2 : 1));
  }
  if (!state.thanked && state.sheet.sentences.every(isCoded)) {
    state.thanked = true;
    showGuide();
  }
}

function chooseByNumber(number) {
  const field = state.fields[state.field];
  const value = field && field.id !== "target" && field.values[number];
  return value ? choose(field.id, value.id) : undefined;
}

async function undo() {
  const choices = await send("undo", {});
  if (!choices) return;
  const undone = choices.filter((choice) => choice.undoes).pop();
  if (!undone) {
    warn(words().nothing);
    return;
  }
  state.at = state.sheet.sentences.findIndex((one) => one.sentence_id === undone.sentence_id);
  byId("comment").value = valueOf("comment");
  const field = state.fields.findIndex((one) => one.id === undone.field);
  openField(field >= 0 ? field : state.field);
}

async function go(at) {
  await saveComment();
  state.at = Math.max(0, Math.min(state.sheet.sentences.length - 1, at));
  byId("comment").value = valueOf("comment");
  openField(state.fields.findIndex((field) => field.id !== "target" && !valueOf(field.id)));
  window.scrollTo(0, 0);
}

async function goNext() {
  const all = state.sheet.sentences;
  for (let step = 1; step <= all.length; step++) {
    const at = (state.at + step) % all.length;
    if (!isCoded(all[at])) {
      await go(at);
      return;
    }
  }
  showGuide();
}

function openField(number) {
  state.field = number < 0 ? state.fields.length : Math.min(number, state.fields.length);
  show();
  const find = byId("find");
  if (find) find.focus();
  else if (document.activeElement !== byId("comment")) document.activeElement.blur();
  const open = document.querySelector(".field.open");
  if (open) open.scrollIntoView({ block: "nearest" });
}

async function saveComment() {
  const value = byId("comment").value.trim();
  if (value !== valueOf("comment")) await choose("comment", value);
}

// ------------------------------------------------------------------------------ what is shown

function show() {
  const all = state.sheet.sentences;
  const one = sentence();
  const coded = all.filter(isCoded).length;
  document.documentElement.lang = state.language;
  document.title = `${coded}/${all.length} · bingkai`;
  byId("study").textContent = inLanguage(state.sheet.title);
  byId("coder").textContent = state.sheet.coder;
  byId("progress").value = coded / all.length;
  byId("count").textContent = words().count(coded, all.length);
  byId("article").lang = state.sheet.text_language;
  byId("place").textContent = words().place(state.at + 1, all.length);
  byId("outlet").textContent = one.outlet || "";
  byId("title").textContent = one.title || "";
  byId("before").textContent = one.before || "";
  byId("text").textContent = one.text;
  byId("doubt").textContent = words().doubt;
  byId("doubt").setAttribute("aria-pressed", String(Boolean(valueOf("doubt"))));
  byId("comment-label").textContent = words().comment;
  for (const id of ["undo", "back", "forth", "next"]) byId(id).textContent = words()[id];
  byId("back").disabled = state.at === 0;
  byId("forth").disabled = state.at === all.length - 1;
  byId("next").classList.toggle("ready", isCoded(one));
  byId("language").textContent = words().other;
  byId("help").title = words().help;
  byId("guide-close").textContent = words().close;
  showFields();
  showMap();
  byId("keys").replaceChildren(...words().keys.flatMap(([key, what]) => [make("kbd", "", key), ` ${what}  `]));
}

function showFields() {
  const typed = byId("find") ? byId("find").value : "";
  const focused = document.activeElement && document.activeElement.id === "find";
  const kept = byId("codes").dataset.shown === `${state.at} ${state.field}`;
  byId("codes").dataset.shown = `${state.at} ${state.field}`;
  byId("codes").replaceChildren(...state.fields.map((field, number) => (
    number === state.field ? showOpen(field, kept ? typed : "") : showClosed(field, number)
  )));
  if (kept && focused && byId("find")) byId("find").focus();
}

function showClosed(field, number) {
  const box = make("button", "field closed");
  box.type = "button";
  const value = field.values.find((v) => v.id === valueOf(field.id));
  box.append(make("span", "name", inLanguage(field.name)));
  const missing = field.id === "target" ? "–" : words().empty;
  box.append(make("span", value ? "chosen" : "missing", value ? inLanguage(value.name) : missing));
  box.addEventListener("click", () => act(() => openField(number)));
  return box;
}

function showOpen(field, typed) {
  const box = make("fieldset", "field open");
  const legend = make("legend", "", inLanguage(field.name));
  box.append(legend, make("p", "definition", inLanguage(field.definition)));
  if (field.rules.length) {
    const rules = make("details", "rules");
    rules.open = state.rules;
    rules.addEventListener("toggle", () => { state.rules = rules.open; });
    const list = make("ol");
    list.append(...field.rules.map((rule) => make("li", "", inLanguage(rule))));
    rules.append(make("summary", "", words().rules), list);
    box.append(rules);
  }
  if (field.id === "target") box.append(...showTargets(field, typed));
  else box.append(...field.values.map((value, n) => showValue(field, value, n)));
  return box;
}

function showValue(field, value, n) {
  const button = make("button", "value");
  button.type = "button";
  button.dataset.value = value.id;
  button.setAttribute("aria-pressed", String(valueOf(field.id) === value.id));
  button.append(make("kbd", "", n < 10 ? String((n + 1) % 10) : ""));
  const body = make("span");
  body.append(make("b", "", inLanguage(value.name)), make("span", "definition", inLanguage(value.definition)));
  if (state.rules) {
    body.append(...value.examples.map((text) => {
      const example = make("span", "example", `${words().examples}: ${text}`);
      example.lang = state.sheet.text_language;
      return example;
    }));
  }
  button.append(body);
  button.addEventListener("click", () => act(() => choose(field.id, value.id)));
  return button;
}

function showTargets(field, typed) {
  const find = make("input");
  find.id = "find";
  find.placeholder = words().find;
  find.autocomplete = "off";
  find.value = typed;
  const list = make("div", "targets");
  const matches = () => field.values.filter((v) => (
    `${v.name.en} ${v.name.id}`.toLowerCase().includes(find.value.trim().toLowerCase())
  ));
  const fill = () => list.replaceChildren(...matches().map((value) => {
    const button = make("button", "target", inLanguage(value.name));
    button.type = "button";
    button.dataset.value = value.id;
    button.setAttribute("aria-pressed", String(valueOf("target") === value.id));
    button.addEventListener("click", () => act(() => choose("target", value.id)));
    return button;
  }));
  find.addEventListener("input", fill);
  find.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") {
      event.preventDefault();
      const [first] = matches();
      if (find.value.trim() && first) act(() => choose("target", first.id));
      else if (!find.value.trim()) act(() => openField(state.field + 1));
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      act(() => openField(Math.max(0, state.field + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Escape") {
      find.blur();
    }
  });
  fill();
  if (!valueOf("target")) return [find, list];
  const clear = make("button", "clear", words().clear);
  clear.type = "button";
  clear.addEventListener("click", () => act(() => choose("target", "")));
  return [find, list, clear];
}

function showMap() {
  const ticks = byId("map");
  const all = state.sheet.sentences;
  if (ticks.childElementCount !== all.length) {
    ticks.replaceChildren(...all.map((_, n) => {
      const tick = make("button");
      tick.type = "button";
      tick.tabIndex = -1;
      tick.addEventListener("click", () => act(() => go(n)));
      return tick;
    }));
  }
  all.forEach((one, n) => {
    const tick = ticks.children[n];
    const doubtful = chosenOf(one.sentence_id, "doubt").value;
    tick.className = `${isCoded(one) ? "coded" : ""} ${doubtful ? "doubtful" : ""} ${n === state.at ? "here" : ""}`;
    tick.title = String(n + 1);
  });
}

function showGuide() {
  const done = state.sheet.sentences.every(isCoded);
  const parts = done ? [make("p", "done", words().done(state.sheet.file))] : [];
  parts.push(...words().guide.map((text) => make("p", "", text)));
  const table = make("table");
  table.append(...words().keys.map(([key, what]) => {
    const row = make("tr");
    const cell = make("td");
    cell.append(make("kbd", "", key));
    row.append(cell, make("td", "", what));
    return row;
  }));
  parts.push(table);
  byId("guide-text").replaceChildren(...parts);
  if (!byId("guide").open) byId("guide").showModal();
}

function switchLanguage() {
  state.language = state.language === "en" ? "id" : "en";
  warn("");
  byId("saved").textContent = "";
  show();
}

// ------------------------------------------------------------------------------ keys and start

const KEYS = {
  ArrowUp: () => openField(Math.max(0, state.field - 1)),
  ArrowDown: () => openField(state.field + 1),
  ArrowLeft: () => go(state.at - 1),
  ArrowRight: () => go(state.at + 1),
  Enter: goNext,
  z: undo,
  d: () => choose("doubt", valueOf("doubt") ? "" : "yes"),
  c: () => byId("comment").focus(),
  x: () => state.fields[state.field] && choose(state.fields[state.field].id, ""),
  r: () => { state.rules = !state.rules; show(); },
  l: switchLanguage,
  "?": showGuide,
};

function press(event) {
  if (byId("guide").open || event.target.tagName === "TEXTAREA") return;
  const plain = !event.altKey && !event.ctrlKey && !event.metaKey;
  const undoing = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  if (!plain && !undoing) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const onButton = event.target.tagName === "BUTTON" && (key === "Enter" || key === " ");
  if (onButton) return;
  if (/^[0-9]$/.test(key)) {
    event.preventDefault();
    act(() => chooseByNumber((Number(key) + 9) % 10));
  } else if (KEYS[key]) {
    event.preventDefault();
    act(KEYS[key]);
  }
}

async function start() {
  const answer = await fetch("api/sheet");
  if (!answer.ok) throw answer.status;
  state.sheet = await answer.json();
  const kept = sessionStorage.getItem(location.pathname); // so that undo outlives a reload
  if (kept) state.sheet.window = Number(kept);
  sessionStorage.setItem(location.pathname, state.sheet.window);
  state.language = state.sheet.language;
  for (const variable of state.sheet.variables) {
    state.fields.push(variable);
    if (variable.id === "stance" && state.sheet.targets.length) {
      const both = (key) => ({ en: WORDS.en[key], id: WORDS.id[key] });
      state.fields.push({ id: "target", name: both("target"), definition: both("targetAsk"), rules: [], values: state.sheet.targets });
    }
  }
  learn(state.sheet.choices);
  state.thanked = state.sheet.sentences.every(isCoded);
  document.addEventListener("keydown", press);
  byId("undo").addEventListener("click", () => act(undo));
  byId("language").addEventListener("click", switchLanguage);
  byId("help").addEventListener("click", showGuide);
  byId("back").addEventListener("click", () => act(KEYS.ArrowLeft));
  byId("forth").addEventListener("click", () => act(KEYS.ArrowRight));
  byId("next").addEventListener("click", () => act(goNext));
  byId("doubt").addEventListener("click", () => act(KEYS.d));
  byId("comment").addEventListener("blur", () => act(saveComment));
  byId("comment").addEventListener("keydown", (event) => {
    if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
      event.preventDefault();
      byId("comment").blur();
    }
  });
  let pause = 0;
  byId("comment").addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => act(saveComment), 700);
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? act(saveComment) : listen()));
  setInterval(listen, 2000);
  go(Math.max(0, state.sheet.sentences.findIndex((one) => !isCoded(one))));
}

start().catch(() => {
  byId("alarm").textContent = `${WORDS.id.lost} / ${WORDS.en.lost}`;
  byId("alarm").hidden = false;
});
