// The doors of a session: another page wants to come in. A page of this same browser says so to its neighbours, and is let in
// without a word; about any other the person is asked. bot/channels/webchat/admission.py has the whole of it.

import { say } from "./words.js";

const $ = (id) => document.getElementById(id);
const NEIGHBOURS_WITHIN = 700;

export class Doors {
  // tell(frame) speaks to the server; `page` is this page's own number.
  constructor(page, tell) {
    this.page = page;
    this.tell = tell;
    this.neighbours = new Set();
    this.asking = [];
    // Old iPhones have none; there, whoever has this page's secret counts as a neighbour.
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel("tin-nhan") : null;
    if (this.channel) this.channel.onmessage = (event) => this.#heard(event.data);
    $("asked-yes").addEventListener("click", () => this.#answer("allow"));
    $("asked-no").addEventListener("click", () => this.#answer("refuse"));
  }

  // This page itself has to wait: pages beside it know it by its number.
  waiting() {
    this.channel?.postMessage(this.page);
  }

  asked({ page, known }) {
    if (this.neighbours.has(page) || (known && !this.channel)) {
      this.tell({ type: "allow", page });
      return;
    }
    setTimeout(() => {
      // In a page that nobody looks at, nobody answers: the server goes by the secret then.
      if (this.neighbours.has(page) || (known && document.hidden)) return;
      this.asking.push(page);
      this.tell({ type: "asking", page });
      this.#show();
    }, NEIGHBOURS_WITHIN);
  }

  settled({ page }) {
    this.asking = this.asking.filter((one) => one !== page);
    this.#show();
  }

  forget() {
    this.asking = [];
    this.#show();
  }

  #heard(page) {
    this.neighbours.add(page);
    this.tell({ type: "allow", page });
    this.settled({ page });
  }

  #answer(type) {
    const page = this.asking.shift();
    if (page) this.tell({ type, page });
    this.#show();
  }

  #show() {
    const was = $("asked").hidden;
    $("asked").hidden = !this.asking.length;
    // Put into words only now, so that a screen reader says them.
    if (this.asking.length && was) $("asked-words").textContent = say("asked");
  }
}
