// What this device remembers: the session's token, the secret of this page that fits it, and its messages. The server keeps
// no copy of what was delivered.
//
// By default in sessionStorage, which ends with the page and survives a reload; in localStorage only when the person has
// asked for it.

const MOST = 300;
const WIPED = "wiped";
const TOKEN = /^[A-Za-z0-9_-]{43,160}$/;

// Takes the joining code that the address carries behind "#" and clears it at once, so that it is not seen, bookmarked or
// synchronised. Nothing else is taken from an address: whoever made the link would know it.
export function takeCode() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.has("ma")) return "";
  history.replaceState(null, "", location.pathname);
  const code = given.get("ma");
  return /^[A-Za-z0-9_-]{1,64}$/.test(code) ? code : "";
}

function empty() {
  return { session: null, secret: "", union: "", language: "vi", draft: "", log: [] };
}

export class Session {
  constructor(key = "tin-nhan") {
    this.key = key;
    this.kept = read(localStore(), this.key) !== null;
    this.state = { ...empty(), ...(read(this.kept ? localStore() : pageStore(), this.key) || {}) };
    if (!Array.isArray(this.state.log)) this.state.log = [];
    if (!TOKEN.test(this.state.session || "")) this.state.session = null;
    // A file that was on its way when the page closed is gone with it: a page may not read files by itself.
    for (const entry of this.state.log) if (entry.state === "uploading") entry.state = "refused";
  }

  // Another session than the one remembered: what is on the screen belongs to somebody else.
  adopt(token) {
    if (token === this.state.session) return;
    this.state = { ...empty(), language: this.state.language, session: token };
    this.save();
  }

  // The server does not know the session any more. It is still this person's page, with what they wrote and could not send.
  renew() {
    this.state.session = null;
    this.state.secret = "";
    this.save();
  }

  // Random bytes that only this page and the server ever see; a token is of use to nobody without them.
  secret() {
    if (!this.state.secret) {
      this.state.secret = hex(crypto.getRandomValues(new Uint8Array(16)));
      this.save();
    }
    return this.state.secret;
  }

  find(id) {
    return this.state.log.find((entry) => entry.id === id);
  }

  add(entry) {
    this.state.log.push({ at: Date.now(), ...entry });
    if (this.state.log.length > MOST) this.state.log.splice(0, this.state.log.length - MOST);
    this.save();
    return this.state.log.at(-1);
  }

  unsent() {
    return this.state.log.filter((entry) => entry.mine && entry.state === "sending");
  }

  save() {
    write(this.kept ? localStore() : pageStore(), this.key, this.state);
  }

  keep(on) {
    const from = this.kept ? localStore() : pageStore();
    this.kept = on;
    this.save();
    remove(from, this.key);
  }

  wipe() {
    // Other tabs hear of it, and can tell this from a session that merely moved.
    if (this.kept) write(localStore(), this.key, WIPED);
    remove(localStore(), this.key);
    remove(pageStore(), this.key);
    this.kept = false;
    this.state = { ...empty(), language: this.state.language };
  }

  // Another tab of this kept session has saved. Returns true when something is new here, null when it was wiped there.
  merge(saved) {
    if (saved === null) {
      this.kept = false;
      this.save();
      return true;
    }
    const theirs = JSON.parse(saved);
    if (theirs === WIPED) return null;
    let changed = false;
    for (const entry of theirs.log || []) {
      const here = this.find(entry.id);
      if (!here) this.state.log.push(entry);
      else if (here.state === "sending" && entry.state !== "sending") here.state = entry.state;
      else if (here.edit !== entry.edit && (entry.edited || 0) > (here.edited || 0)) Object.assign(here, entry);
      else continue;
      changed = true;
    }
    if (changed) this.state.log.sort((one, other) => one.at - other.at);
    return changed;
  }
}

// Browsers that forbid storage throw on the mere mention of it; the page then remembers until it is closed or reloaded.
function localStore() {
  try { return window.localStorage; } catch { return null; }
}

function pageStore() {
  try { return window.sessionStorage; } catch { return null; }
}

function read(store, key) {
  try { return JSON.parse(store.getItem(key)); } catch { return null; }
}

function write(store, key, state) {
  try { store.setItem(key, JSON.stringify(state)); } catch { /* full or forbidden: the screen still has it */ }
}

function remove(store, key) {
  try { store.removeItem(key); } catch { /* forbidden: there is nothing to remove */ }
}

export function newId() {
  // crypto.randomUUID is missing on plain http, which a union's own network may use.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const all = hex(bytes);
  return [all.slice(0, 8), all.slice(8, 12), all.slice(12, 16), all.slice(16, 20), all.slice(20)].join("-");
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
