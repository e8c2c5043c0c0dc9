// The connection: opens, says hello, comes back by itself. States: connecting, waiting (another page of the session must allow
// it), open (after welcome), lost, over; and those in which it comes back only when its person does something: elsewhere,
// resting, turned (away).

import { Requests } from "./requests.js";

const FIRST = 500;
const LONGEST = 15000;
const WELCOME_WITHIN = 10000;
const ASLEEP = 20000;
const STUCK = 4; // failures in a row, on both ways, after which its person is told what to do
const STAYS_AWAY = { 4008: "elsewhere", 4009: "resting", 4010: "turned" };

export class Line {
  // hello() gives the first frame; heard(frame) is told each frame; became(state) each change of state; unreachable(whether)
  // when neither way leads anywhere.
  constructor({ hello, heard, became, unreachable }) {
    this.unreachable = unreachable;
    this.welcomed = false; // in this page, by either way
    this.sockets = false; // a websocket has worked on this network
    this.hello = hello;
    this.heard = heard;
    this.became = became;
    this.state = "connecting";
    this.failures = 0;
    this.socket = null;
    this.timer = 0;
    this.hiddenAt = 0;
    addEventListener("online", () => this.reconnect());
    // "offline" is often wrong about a server on this very machine: trying tells the truth.
    addEventListener("offline", () => this.reconnect());
    document.addEventListener("visibilitychange", () => this.#seen());
    addEventListener("pageshow", (event) => event.persisted && this.reconnect());
    addEventListener("focus", () => ["elsewhere", "resting"].includes(this.state) && this.reconnect());
  }

  #seen() {
    if (document.hidden) {
      this.hiddenAt = Date.now();
    } else if (["waiting", "turned"].includes(this.state)) {
      return; // coming back would only ask again
    } else if (this.state !== "open" || Date.now() - this.hiddenAt > ASLEEP) {
      // A phone that slept may hold a connection that died without a word.
      this.reconnect();
    }
  }

  reconnect() {
    if (this.state === "over") return;
    this.failures = 0;
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    this.#drop();
    this.#become(this.failures && this.state === "lost" ? "lost" : "connecting");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const byRequests = this.#byRequests();
    const socket = byRequests ? new Requests() : new WebSocket(`${scheme}//${location.host}/chat/ws`);
    this.socket = socket;
    this.timer = setTimeout(() => this.#failed(socket, 0), WELCOME_WITHIN);
    socket.onopen = () => socket.send(JSON.stringify(this.hello()));
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      const frame = JSON.parse(event.data);
      if (frame.type === "welcome" || frame.type === "waiting") {
        this.welcomed = true;
        this.sockets = !byRequests;
        this.unreachable(false);
      }
      if (frame.type === "welcome") {
        clearTimeout(this.timer);
        this.failures = 0;
        this.heard(frame);
        this.#become("open");
      } else {
        if (frame.type === "waiting") {
          clearTimeout(this.timer);
          this.#become("waiting");
        }
        this.heard(frame);
      }
    };
    socket.onclose = (event) => this.#failed(socket, event.code);
  }

  tell(frame) {
    if (this.state !== "open" || this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  // Some networks refuse websockets, or swallow them. Every second try goes by requests; where a websocket has worked before,
  // it is probably the server that is away, and it is given longer.
  #byRequests() {
    return this.failures % 2 === 1 && (!this.sockets || this.failures > 2);
  }

  // Ends for good, until open() is called.
  end() {
    clearTimeout(this.timer);
    this.#drop();
    this.#become("over");
  }

  #failed(socket, code) {
    if (socket !== this.socket) return;
    clearTimeout(this.timer);
    this.#drop();
    if (code in STAYS_AWAY) {
      this.#become(STAYS_AWAY[code]);
      return;
    }
    if (!this.welcomed && !this.failures) {
      // The page itself has just come: the server is there, and nobody needs to wait for the other way.
      this.failures = 1;
      this.timer = setTimeout(() => this.open(), 0);
      return;
    }
    const longest = Math.min(LONGEST, FIRST * 2 ** this.failures);
    this.failures += 1;
    this.#become("lost");
    if (this.failures >= STUCK) this.unreachable(true);
    this.timer = setTimeout(() => this.open(), longest * (0.5 + Math.random() / 2));
  }

  #drop() {
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close();
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.became(state);
  }
}
