// A websocket's part where a network refuses websockets: the same frames over plain requests (bot/channels/webchat/polling.py).
// Whatever fails counts as a lost connection; Line comes back then, and what waits is shown again.

const ANSWER_WITHIN = 35000;

export class Requests {
  constructor() {
    this.readyState = WebSocket.CONNECTING;
    this.poll = "";
    this.unsent = [];
    this.sending = false;
    this.leaving = new AbortController();
    this.left = () => this.close();
    addEventListener("pagehide", this.left);
    queueMicrotask(() => this.onopen?.());
  }

  // The first frame is the hello that opens the connection.
  send(text) {
    this.unsent.push(text);
    this.#pour();
  }

  close() {
    if (this.readyState === WebSocket.CLOSED) return;
    this.#end();
    if (this.poll) this.#post("/leave", "", true).catch(() => {}); // it would be noticed a little later anyway
  }

  async #pour() {
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.unsent.length && this.readyState !== WebSocket.CLOSED) {
        if (this.poll) {
          await this.#post("/say", this.unsent.splice(0, 20).join("\n"));
        } else {
          ({ poll: this.poll } = await (await this.#post("", this.unsent.shift())).json());
          this.readyState = WebSocket.OPEN;
          this.#wait();
        }
      }
    } catch {
      this.#lost(1006);
    }
    this.sending = false;
  }

  async #wait() {
    try {
      while (this.readyState === WebSocket.OPEN) {
        const { frames, code } = await (await this.#post("/wait", "")).json();
        for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
        if (code !== null) this.#lost(code);
      }
    } catch {
      this.#lost(1006);
    }
  }

  async #post(path, body, leaving = false) {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), ANSWER_WITHIN);
    const abort = () => giveUp.abort();
    if (!leaving) this.leaving.signal.addEventListener("abort", abort);
    try {
      const headers = this.poll ? { Authorization: `Bearer ${this.poll}` } : {};
      const answer = await fetch(`/chat/poll${path}`, { method: "POST", body, headers, cache: "no-store", keepalive: leaving, signal: giveUp.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      // Read here, while the answer may still be given up.
      return answer.status === 204 ? answer : new Response(await answer.text());
    } finally {
      clearTimeout(timer);
      this.leaving.signal.removeEventListener("abort", abort);
    }
  }

  #lost(code) {
    if (this.readyState === WebSocket.CLOSED) return;
    this.#end();
    this.onclose?.({ code });
  }

  #end() {
    this.readyState = WebSocket.CLOSED;
    removeEventListener("pagehide", this.left);
    this.leaving.abort();
  }
}
