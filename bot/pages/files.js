// Files: from this device to the union's server, before a message names them; and those that an officer is shown.
//
// A pass goes along in a header (never the session itself), so nothing of it is in an address. A file's name stays here: the
// server is not told.

import { say } from "./words.js";

const MB = 1024 * 1024;
const MOST = { photo: 10, document: 20, voice: 10 };
const TRIES = 3;

export function kindOf(file) {
  if (file.type.startsWith("image/")) return "photo";
  return file.type.startsWith("audio/") ? "voice" : "document";
}

// Why a file need not even be sent; empty when it may be.
export function tooLarge(file) {
  const most = MOST[kindOf(file)];
  return file.size > most * MB ? say("fileLarge", most) : "";
}

// The id under which the server has it. Throws the words that say why it has not.
export async function upload(file, pass) {
  for (let attempt = 1; ; attempt += 1) {
    let answer;
    try {
      answer = await fetch(`/chat/files?kind=${kindOf(file)}`, { method: "POST", body: file, headers: bearer(pass()) });
    } catch { /* no network: tried again */ }
    if (answer?.ok) return (await answer.json()).upload;
    if (answer?.status === 403) throw say("fileJoin");
    if (answer?.status === 413) throw say("fileLarge", MOST[kindOf(file)]);
    if (attempt >= TRIES) throw say("fileLost");
    await new Promise((done) => setTimeout(done, 1500 * attempt));
  }
}

// What stands under a message with an attachment: a button, and the attachment once it was tapped. Not loaded by itself: a
// screen may be read by others, and the right to see it is asked when it is opened.
export function shown(media, pass) {
  if (media.alt) return inline(media, pass);
  const box = document.createElement("div");
  box.className = "media";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "open";
  button.textContent = say("fileOpen", media.name);
  button.onclick = async () => {
    button.disabled = true;
    try {
      box.replaceChildren(opened(media, await load(media, pass)));
    } catch {
      button.disabled = false;
      button.textContent = say("fileClosed", media.name);
    }
  };
  box.append(button);
  return box;
}

// A picture of what its reader may know anyway (the result of a poll): shown when it comes into sight, and kept for as long
// as the page is open. It is drawn meanwhile, which takes a moment.
const drawn = new Map();

function inline(media, pass) {
  const box = document.createElement("div");
  box.className = "media";
  const waits = document.createElement("p");
  waits.className = "drawing";
  waits.setAttribute("role", "status");
  waits.textContent = say("drawing");
  box.append(waits);
  const show = async () => {
    try {
      box.replaceChildren(picture(media.alt, await had(media, pass)));
    } catch {
      waits.textContent = media.alt; // what the picture would show
      waits.className = "instead";
    }
  };
  if (drawn.has(media.id)) void show();
  else new IntersectionObserver(([seen], watch) => {
    if (!seen.isIntersecting) return;
    watch.disconnect();
    void show();
  }).observe(box);
  return box;
}

// The address of its bytes. Whether they may be seen is asked of the server, each time the page is opened.
function had(media, pass) {
  if (!drawn.has(media.id)) drawn.set(media.id, load(media, pass).catch((problem) => {
    drawn.delete(media.id);
    throw problem;
  }));
  return drawn.get(media.id);
}

async function load(media, pass) {
  const answer = await fetch(`/chat/media/${media.case_id}/${media.id}`, { headers: bearer(pass()) });
  if (!answer.ok) throw new Error(answer.status);
  return URL.createObjectURL(await answer.blob());
}

function picture(alt, address) {
  const image = document.createElement("img");
  image.src = address;
  image.alt = alt;
  return image;
}

function opened(media, address) {
  if (media.kind === "photo") return picture(media.name, address);
  if (media.kind === "voice") {
    const sound = document.createElement("audio");
    sound.controls = true;
    sound.src = address;
    sound.setAttribute("aria-label", media.name);
    return sound;
  }
  const link = document.createElement("a");
  link.href = address;
  link.download = media.name;
  link.textContent = say("fileKeep", media.name);
  queueMicrotask(() => link.click());
  return link;
}

function bearer(pass) {
  return { Authorization: `Bearer ${pass}` };
}
