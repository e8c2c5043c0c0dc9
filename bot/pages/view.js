// What is on the screen. Text is only ever set as text: a message may quote anybody.

import { shown } from "./files.js";
import { number, say } from "./words.js";

const $ = (id) => document.getElementById(id);
const MOST = 4000;
const NEAR = 3600;

// Whether it answers a question, which has one answer: not a switch on it, nor a button that leads somewhere as often as one
// likes.
const isAnswer = (option) => option.kind !== "switch" && Boolean(option.token.split(":")[2]);

// What a button does, in whichever run of its conversation.
const meant = (button) => button.dataset.token?.split(":").slice(0, 4).join(":");

export class View {
  constructor({ tapped, pass }) {
    this.tapped = tapped;
    this.pass = pass;
    this.#forget();
    $("newer").onclick = () => this.toEnd();
    // The composer grows, a keyboard opens, the phone is turned: what was just read stays in sight.
    new ResizeObserver(() => this.stuck && this.toEnd()).observe($("scroll"));
    $("scroll").addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.stuck = true;
  }

  // What is drawn, by its id; the messages that still have their buttons; and how far both sides have come.
  #forget() {
    this.day = "";
    this.items = new Map();
    this.asking = [];
    this.count = 0;
    this.said = { mine: 0, theirs: 0 };
    this.latest = null;
  }

  // All at once: after a load, a change of language, or news from another tab.
  redraw(log) {
    this.#forget();
    // Said already: a screen reader should not hear the whole history again.
    $("log").parentElement.setAttribute("aria-live", "off");
    $("log").replaceChildren();
    for (const entry of log) this.#append(entry);
    this.#settle();
    this.toEnd();
    requestAnimationFrame(() => $("log").parentElement.setAttribute("aria-live", "polite"));
  }

  add(entry) {
    if (entry.silent) return;
    const follow = entry.mine || this.stuck;
    this.#append(entry);
    this.#settle();
    if (follow) this.toEnd();
    else $("newer").hidden = false;
  }

  // In place: whoever reads something else is not moved, and stays on the button they were on if it is still there.
  change(entry) {
    const item = this.#item(entry);
    if (!item) return;
    const held = item.contains(document.activeElement) && meant(document.activeElement);
    const changed = this.#drawn(entry);
    item.replaceWith(changed);
    this.#settle();
    if (held) [...changed.querySelectorAll("[data-token]")].find((button) => meant(button) === held)?.focus();
    if (this.stuck) this.toEnd();
  }

  #append(entry) {
    if (entry.silent) return;
    const day = new Date(entry.at).toDateString();
    if (day !== this.day) $("log").append(this.#dayLine(entry.at));
    this.day = day;
    const item = this.#drawn(entry);
    $("log").append(item);
    if (!entry.mine) return;
    this.latest?.classList.remove("latest");
    item.classList.add("latest");
    this.latest = item;
  }

  #drawn(entry) {
    const item = document.createElement("li");
    item.className = entry.mine ? "mine" : "theirs";
    item.dataset.id = entry.id;
    const bubble = document.createElement("div");
    bubble.className = entry.text ? "bubble" : "unseen"; // an attachment by itself: there is still who it is from
    const speaker = document.createElement("span");
    speaker.className = "unseen";
    speaker.textContent = `${say(entry.mine ? "mine" : "theirs")}: `;
    const text = document.createElement("p");
    text.textContent = entry.text;
    if (entry.language) text.lang = entry.language;
    bubble.append(speaker, text);
    item.append(bubble);
    if (entry.copies) item.append(copier(entry.copies));
    if (entry.media) item.append(shown(entry.media, this.pass));
    const foot = document.createElement("p");
    foot.className = "foot";
    item.append(foot);
    this.items.set(entry.id, item);
    this.count += 1;
    this.said[entry.mine ? "mine" : "theirs"] = this.count;
    this.asking = this.asking.filter((one) => one.entry !== entry);
    if (entry.options?.length) {
      const group = this.#options(entry);
      item.append(group);
      this.asking.push({ entry, group, at: this.count });
    }
    this.mark(entry);
    return item;
  }

  #item(entry) {
    return this.items.get(entry.id);
  }

  #dayLine(at) {
    const line = document.createElement("li");
    line.className = "day";
    const today = new Date(at).toDateString() === new Date().toDateString();
    const shape = { day: "2-digit", month: "2-digit", year: "numeric" };
    line.textContent = today ? say("today") : new Date(at).toLocaleDateString("vi-VN", shape);
    return line;
  }

  #options(entry) {
    const group = document.createElement("div");
    group.className = "options";
    group.setAttribute("role", "group");
    for (const option of entry.options) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = option.label;
      if (option.kind) button.dataset.kind = option.kind; // how it is drawn
      if (option.label.length <= 2) {
        button.classList.add("mark");
        group.classList.add("scale");
      }
      if (entry.language) button.lang = entry.language;
      button.dataset.token = option.token;
      if (entry.chosen === option.token) button.classList.add("chosen");
      button.onclick = () => this.tapped(entry, option);
      group.append(button);
    }
    return group;
  }

  // The newest question, while nothing has been said since, asks to be tapped. One that was answered keeps what was chosen,
  // as text. What one was busy with before steps back; older buttons leave the page, and with it the way of the Tab key: all
  // that they led to stands in the menu.
  #settle() {
    const newest = this.asking.at(-1);
    const before = this.asking.findLast((one) => one.at < this.said.mine);
    this.asking = this.asking.filter((one) => {
      const { entry, group, at } = one;
      const answered = entry.options.some((option) => option.token === entry.chosen && isAnswer(option)) && this.said.theirs > at;
      if (answered || (at < this.said.mine && one !== before)) {
        this.#closes(entry, group);
        return false;
      }
      const past = one !== newest || at < this.said.mine;
      group.classList.toggle("past", past);
      group.setAttribute("aria-label", say(past ? "older" : "choices"));
      return true;
    });
  }

  #closes(entry, group) {
    const chosen = entry.options.find((option) => option.token === entry.chosen);
    const held = group.contains(document.activeElement);
    const text = document.createElement("p");
    text.className = chosen ? "answered" : "unseen";
    if (chosen) {
      const speaker = document.createElement("span");
      speaker.className = "unseen";
      speaker.textContent = `${say("chosen")}: `;
      const label = document.createElement("span");
      label.textContent = chosen.label.replace(/^[☐☑] /u, "");
      if (entry.language) label.lang = entry.language;
      text.append(speaker, label);
    }
    group.replaceWith(text);
    if (!held) return;
    text.tabIndex = -1; // whoever goes by keyboard goes on from here
    text.focus({ preventScroll: true });
  }

  // How far a message has come, or what was chosen.
  mark(entry) {
    const item = this.#item(entry);
    if (!item) return;
    for (const button of item.querySelectorAll(".options button")) {
      const chosen = button.dataset.token === entry.chosen;
      button.classList.toggle("chosen", chosen);
      if (chosen) button.setAttribute("aria-description", say("chosen"));
    }
    const at = new Date(entry.at);
    const foot = item.querySelector(".foot");
    foot.textContent = `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
    if (entry.edited && !entry.turned) foot.append(` · ${say("edited")}`);
    if (!entry.mine) return;
    item.dataset.state = entry.state;
    const word = document.createElement("span");
    word.className = "state";
    word.textContent = ` · ${say(entry.state)} `;
    const drawing = { sending: "clock", uploading: "clock", received: "tick", refused: "alert" }[entry.state];
    foot.append(word, $(drawing).content.cloneNode(true));
    if (entry.why && !item.querySelector(".why")) {
      const why = document.createElement("p");
      why.className = "why";
      why.textContent = entry.why;
      item.append(why);
      if (this.stuck) this.toEnd(); // it would stand below the fold
    }
  }

  status(state) {
    $("status").dataset.state = state;
    $("status-words").textContent = say(state);
  }

  // What to do where neither way leads to the server.
  unreachable(whether) {
    $("unreachable").hidden = !whether;
    // Put into words only now, so that a screen reader says them.
    $("unreachable").textContent = whether ? say("unreachable") : "";
    if (this.stuck) this.toEnd();
  }

  dots(on) {
    if ($("dots").hidden === !on) return;
    $("dots").hidden = !on;
    if (this.stuck) this.toEnd();
  }

  // Grows with its text, counts near the end. Returns whether the text may be sent.
  measure() {
    const words = $("words");
    words.style.height = "auto";
    words.style.height = `${words.scrollHeight + words.offsetHeight - words.clientHeight}px`;
    const used = words.value.length;
    const counted = used > MOST ? "over4000" : used >= NEAR ? "near" : "";
    $("count").textContent = counted ? say(counted, number(used), number(MOST)) : "";
    $("count").classList.toggle("over", used > MOST);
    const fits = used <= MOST && words.value.trim() !== "";
    $("send").disabled = !fits;
    return fits;
  }

  #scrolled() {
    this.stuck = this.#atEnd();
    if (this.stuck) $("newer").hidden = true;
  }

  #atEnd() {
    return this.#end() - $("scroll").scrollTop < 60;
  }

  // Where the newest is read: at the end, unless it does not fit with its buttons; then from its first line.
  #end() {
    const box = $("scroll");
    const end = box.scrollHeight - box.clientHeight;
    const last = $("log").lastElementChild;
    if (!last?.classList.contains("theirs")) return end;
    const first = box.scrollTop + last.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
    return Math.max(0, Math.min(end, first));
  }

  toEnd() {
    $("scroll").scrollTop = this.#end();
    $("newer").hidden = true;
    this.stuck = true;
  }
}

// A button that copies these letters. Without https there is no clipboard: they are marked, to be copied by hand.
function copier(letters) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = say("copy");
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(letters);
      button.textContent = say("copied");
    } catch {
      const words = button.parentElement.querySelector(".bubble p");
      const node = words.firstChild;
      const from = node.data.indexOf(letters);
      getSelection().setBaseAndExtent(node, from, node, from + letters.length);
    }
  };
  return button;
}
