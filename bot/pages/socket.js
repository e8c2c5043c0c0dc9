// The connection: opens, says hello, comes back by itself. States: connecting, waiting (another page of the session must allow
// it), open (after welcome), lost, over; and those in which it comes back only when its person does something: elsewhere,
// resting, turned (away).

const FIRST = 500;
const LONGEST = 15000;
const WELCOME_WITHIN = 10000;
const ASLEEP = 20000;
const STAYS_AWAY = { 4008: "elsewhere", 4009: "resting", 4010: "turned" };

export class Line {
  // hello() gives the first frame; heard(frame) is told each frame; became(state) each change of state.
  constructor({ hello, heard, became }) {
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
    this.#become(this.failures ? "lost" : "connecting");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/chat/ws`);
    this.socket = socket;
    this.timer = setTimeout(() => this.#failed(socket, 0), WELCOME_WITHIN);
    socket.onopen = () => socket.send(JSON.stringify(this.hello()));
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      const frame = JSON.parse(event.data);
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
    const longest = Math.min(LONGEST, FIRST * 2 ** this.failures);
    this.failures += 1;
    this.#become("lost");
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
