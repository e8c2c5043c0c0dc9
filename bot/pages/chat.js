// The chat page: what the person does, what the service says, and that nothing of either is lost in between.

import { Doors } from "./doors.js";
import { kindOf, tooLarge, upload } from "./files.js";
import { newId, takeCode } from "./session.js";
import { Line } from "./socket.js";
import { View } from "./view.js";
import { say, speak } from "./words.js";

const $ = (id) => document.getElementById(id);
const ANSWER_WITHIN = 20000;
const DOTS_FOR = 8000;
const DRAFT_WITHIN = 300;

const PAGE = newId(); // this page's own number, until it is loaded again

const view = new View({ tapped: tap, pass: () => pass });
const line = new Line({ hello, heard, became, unreachable: (whether) => view.unreachable(whether) });
const doors = new Doors(PAGE, (frame) => line.tell(frame));
let session;
let pass = "";
let waitingFor = "";
let sendTimer = 0;
let dotsTimer = 0;
let draftTimer = 0;
let failures = 0;
let ackSoon = [];
let begun = false; // its person has been greeted already

function hello() {
  const { session: token, language } = session.state;
  return { type: "hello", session: token, secret: session.secret(), page: PAGE, language, kept: session.kept };
}

function became(state) {
  view.status(state);
  clearTimeout(sendTimer);
  waitingFor = "";
  if (state === "open") return pour();
  view.dots(false);
  doors.forget();
}

function heard(frame) {
  switch (frame.type) {
    case "welcome":
      session.state.session = frame.session;
      session.state.union = frame.union;
      pass = frame.files;
      session.save();
      $("union").textContent = frame.union;
      if (!begun && !session.state.log.length) speakFirst("/start");
      break;
    case "waiting":
      doors.waiting();
      break;
    case "asked":
      doors.asked(frame);
      break;
    case "settled":
      doors.settled(frame);
      break;
    case "message":
      shown(frame);
      break;
    case "received":
    case "refused":
      settled(frame);
      break;
    case "failed":
    case "slow":
      later(Math.min(15000, 1000 * 2 ** failures++));
      break;
    case "ended":
      over("ended");
      break;
  }
}

// Saved first, confirmed after: once confirmed, this page holds the only copy. What edits an earlier message takes its place
// and its id; which edit it was tells a repeat from the next one.
function shown(frame) {
  const { id, text, options, language, media, edits, copies, keeps } = frame;
  const entry = session.find(edits || id);
  if (!entry) {
    view.add(session.add({ id: edits || id, text, options, language, media, copies, edit: edits && id }));
    if (keeps) keep(true);
    view.dots(false);
    clearTimeout(dotsTimer);
  } else if (edits && entry.edit !== id) {
    // What its own buttons changed is nothing that somebody has edited.
    const turned = Boolean(entry.chosen);
    Object.assign(entry, { text, options, language, edit: id, edited: Date.now(), turned, chosen: "" });
    session.save();
    view.change(entry);
    view.dots(false);
  }
  if (!ackSoon.length) queueMicrotask(() => line.tell({ type: "got", ids: ackSoon.splice(0) }));
  ackSoon.push(frame.id);
}

function settled(frame) {
  if (frame.type === "refused" && frame.why === "session") {
    session.renew();
    return line.reconnect();
  }
  const entry = session.find(frame.id);
  if (!entry) return;
  entry.state = frame.type;
  const asked = entry.state === "refused" && session.find(entry.of);
  if (asked) {
    asked.chosen = "";
    view.mark(asked);
  }
  failures = 0;
  session.save();
  view.mark(entry);
  clearTimeout(sendTimer);
  waitingFor = "";
  pour();
}

// One at a time and in order: the next is sent when the one before has been received.
function pour() {
  if (waitingFor || line.state !== "open") return;
  const [entry] = session.unsent();
  if (!entry) return;
  if (!line.tell(frameOf(entry))) return;
  waitingFor = entry.id;
  sendTimer = setTimeout(() => line.reconnect(), ANSWER_WITHIN);
  view.dots(true);
  clearTimeout(dotsTimer);
  dotsTimer = setTimeout(() => view.dots(false), DOTS_FOR);
}

function frameOf({ id, text, choice, of, file }) {
  if (file) return { type: "file", id, ...file };
  return choice ? { type: "tap", id, choice, of } : { type: "say", id, text };
}

function later(wait) {
  clearTimeout(sendTimer);
  sendTimer = setTimeout(() => { waitingFor = ""; pour(); }, wait);
}

function post(entry) {
  view.add(session.add({ id: newId(), mine: true, state: "sending", ...entry }));
  if (["elsewhere", "resting", "turned"].includes(line.state)) line.reconnect();
  pour();
}

function tap(asked, option) {
  if (line.state === "over") return;
  asked.chosen = option.token;
  view.mark(asked);
  // A switch shows by itself what was done: nobody has said anything.
  post({ text: option.label, choice: option.token, of: asked.id, silent: option.kind === "switch" });
}

// A greeting or a code from a link: sent like a message, not shown as one, because nobody wrote it.
function speakFirst(text) {
  post({ text, silent: true });
}

function write(event) {
  event?.preventDefault();
  if (!view.measure() || line.state === "over") return;
  const text = $("words").value.trim();
  $("words").value = session.state.draft = "";
  view.measure();
  post({ text });
}

// One after another, and each message only once its file has arrived: a phone's connection carries one at a time best.
async function attach() {
  const chosen = [...$("files").files];
  $("files").value = "";
  const entries = chosen.map((file) => session.add({ id: newId(), mine: true, state: "uploading", text: say("fileSent", file.name) }));
  for (const entry of entries) view.add(entry);
  for (const [index, entry] of entries.entries()) {
    try {
      const why = tooLarge(chosen[index]);
      if (why) throw why;
      entry.file = { kind: kindOf(chosen[index]), upload: await upload(chosen[index], () => pass) };
      entry.state = "sending";
    } catch (why) {
      entry.state = "refused";
      entry.why = String(why);
    }
    session.save();
    view.mark(entry);
    pour();
  }
}

function over(word) {
  line.end();
  clearTimeout(draftTimer);
  draftTimer = 0;
  session.wipe();
  view.redraw([]);
  privacy();
  $("words").value = "";
  $("union").textContent = say("messages");
  $("privacy").hidden = true;
  $("ended-words").textContent = say(word);
  $("ended").hidden = false;
  $("composer").hidden = true;
  $("again").focus();
}

function wipe() {
  $("sure").close();
  $("settings").close();
  line.tell({ type: "bye", id: newId() });
  over("wiped");
}

function again() {
  $("ended").hidden = true;
  $("privacy").hidden = $("composer").hidden = false;
  line.open();
  $("words").focus();
}

// At once off the screen, and out of the tab's history: going back leads to whatever was open before.
function hide() {
  document.documentElement.hidden = true;
  line.end();
  location.replace("about:blank");
}

// Whether this device remembers the session; the service is told, because it says how to come back to a page that forgets.
function keep(on) {
  session.keep(on);
  line.tell({ type: "keeps", kept: on });
  privacy();
}

function privacy() {
  $("keep").checked = session.kept;
  $("privacy-words").textContent = say(session.kept ? "stays" : "ends");
}

function translate(language) {
  session.state.language = language;
  session.save();
  speak(language);
  view.status(line.state);
  privacy();
  view.redraw(session.state.log);
  view.measure();
}

function saveDraft() {
  if (draftTimer) session.save();
  clearTimeout(draftTimer);
  draftTimer = 0;
}

function fromAddress(code) {
  if (code) speakFirst(`/start ${code}`);
}

$("composer").addEventListener("submit", write);
$("words").addEventListener("input", () => {
  view.measure();
  session.state.draft = $("words").value;
  // Not at each key: all of the chat is written with it.
  draftTimer ||= setTimeout(saveDraft, DRAFT_WITHIN);
});
addEventListener("pagehide", saveDraft);
$("words").addEventListener("keydown", (event) => {
  // While a Vietnamese input method is composing a letter, Enter belongs to it.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) write(event);
});
$("attach").addEventListener("click", () => line.state !== "over" && $("files").click());
$("files").addEventListener("change", attach);
$("skip").addEventListener("click", (event) => { event.preventDefault(); $("words").focus(); });
$("status").addEventListener("click", () => line.state !== "open" && line.reconnect());
$("keep").addEventListener("change", () => keep($("keep").checked));
$("hide").addEventListener("click", hide);
$("more").addEventListener("click", () => $("settings").showModal());
$("close").addEventListener("click", () => $("settings").close());
$("wipe").addEventListener("click", () => $("sure").showModal());
$("wipe-yes").addEventListener("click", wipe);
$("wipe-no").addEventListener("click", () => $("sure").close());
$("again").addEventListener("click", again);
for (const radio of document.querySelectorAll("[name=language]")) {
  radio.addEventListener("change", () => { translate(radio.value); line.reconnect(); });
}
addEventListener("hashchange", () => {
  const code = takeCode();
  fromAddress(code);
  if (code) line.reconnect();
});
addEventListener("storage", (event) => {
  if (!session.kept || event.key !== session.key || line.state === "over") return;
  const news = session.merge(event.newValue);
  if (news === null) over("ended");
  else if (news) { view.redraw(session.state.log); privacy(); }
});

// `code`: from the address. `greeted`: the conversation has begun elsewhere.
export function begin(opened, code, greeted = false) {
  session = opened;
  begun = greeted;
  fromAddress(code);
  $("union").textContent = session.state.union || $("union").textContent;
  $("words").value = session.state.draft;
  document.querySelector(`[name=language][value="${session.state.language}"]`).checked = true;
  translate(session.state.language);
  line.open();
}
