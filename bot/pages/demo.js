// The demo: gives each phone its person's session, walks through the story, starts over.

const WORDS = {
  vi: { other: "English", reset: "Làm lại từ đầu", resetting: "Đang làm lại…", trouble: "Chưa lấy được ba phiên chạy thử. Anh/chị xem lệnh “haichieu demo” còn chạy không, rồi tải lại trang." },
  en: {
    other: "Tiếng Việt",
    trial: "Demo",
    what: "Runs on this machine only, with made-up people and numbers. Nothing is sent anywhere.",
    reset: "Start over",
    resetting: "Starting over…",
    trouble: "The three demo sessions could not be fetched. See whether “haichieu demo” is still running, then reload the page.",
    story: "Steps of the story",
    phones: "Three phones",
    step1: "The worker taps “Đồng ý” (agree) to join, then “Viết phản ánh” (send a grievance), and tells what happened.",
    step2: "Checks it (anonymous is the preset) and taps “Gửi tổ trưởng công đoàn” (send to the team leader). A code appears.",
    step3: "The team leader taps “Xem” (see): the grievance, but no name; then “Tiếp nhận” (acknowledge).",
    step4: "The leader taps “Trả lời” (answer); the worker reads it and may ask back.",
    step5: "The leader taps “Đề nghị kết thúc” (propose to close) and writes what came of it.",
    step6: "The worker taps “Đã ổn” (settled) to close it, or “Chưa ổn” (not settled): it goes up to the chair.",
    step7: "The chair writes “menu”, taps “Thông báo của đơn vị” (notices), then “Soạn thông báo” (write one). “Khẩn” (urgent) also reaches whoever has not switched notices on.",
    step8: "The chair taps “Đợt lấy ý kiến của đơn vị” (polls) and chooses “Hỏi cả người chưa có phiếu riêng” (everybody). The worker taps “Tham gia ý kiến” (give my opinion).",
    workerTab: "Worker",
    leaderTab: "Leader",
    chairTab: "Chair",
    worker: "Worker",
    leader: "Union team leader",
    chair: "Chair of the committee",
    workerTry: "Join, then tell it as you would speak. Nobody sees a name unless you write one.",
    leaderTry: "Wait for the new grievance, then answer it right here.",
    chairTry: "Gets what is sent to “Ban chấp hành”, and what a worker says is not settled.",
  },
};

const PHONES = ["worker", "leader", "chair"];
const $ = (id) => document.getElementById(id);
const steps = [...document.querySelectorAll("#steps button")];
const tabs = PHONES.map((phone) => $(`tab-${phone}`));
let language = "vi";

// The page itself is written in Vietnamese: its words are kept before the first change.
for (const node of document.querySelectorAll("[data-word]")) WORDS.vi[node.dataset.word] ??= node.textContent;
for (const node of document.querySelectorAll("[data-label]")) WORDS.vi[node.dataset.label] ??= node.getAttribute("aria-label");

function translate(chosen) {
  language = chosen;
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = WORDS[language][node.dataset.word];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", WORDS[language][node.dataset.label]);
  $("language").textContent = WORDS[language].other;
  $("language").lang = language === "vi" ? "en" : "vi";
}

function choose(phone) {
  for (const name of PHONES) {
    $(name).classList.toggle("chosen", name === phone);
    const tab = $(`tab-${name}`);
    tab.setAttribute("aria-selected", String(name === phone));
    tab.tabIndex = name === phone ? 0 : -1;
    if (name === phone) tab.classList.remove("news");
  }
}

function step(button) {
  for (const one of steps) one.removeAttribute("aria-current");
  button.setAttribute("aria-current", "step");
  button.scrollIntoView({ block: "nearest", inline: "nearest" });
  choose(button.dataset.phone);
}

function trouble() {
  $("trouble").textContent = WORDS[language].trouble;
  $("trouble").hidden = false;
}

function open(phone, { session, name, again, code }) {
  $(`${phone}-title`).querySelector("small").textContent = name;
  const frame = document.createElement("iframe");
  frame.title = name;
  frame.src = `/demo/chat#phien=${session}&khung=${phone}${again ? `&lai=${code}` : ""}`;
  frame.addEventListener("load", () => listen(phone, frame));
  $(phone).querySelector(".glass").replaceChildren(frame);
}

// A mark on the tab of a phone that is out of sight and has something new.
function listen(phone, frame) {
  const log = frame.contentDocument?.getElementById("log");
  if (!log) return;
  const tab = $(`tab-${phone}`);
  new MutationObserver(() => {
    if (tab.getAttribute("aria-selected") === "false") tab.classList.add("news");
  }).observe(log, { childList: true });
}

async function start() {
  const response = await fetch("/demo/sessions", { cache: "no-store" });
  if (!response.ok) throw new Error(String(response.status));
  const sessions = await response.json();
  for (const phone of PHONES) open(phone, sessions[phone]);
}

async function reset() {
  $("reset").disabled = true;
  $("reset").textContent = WORDS[language].resetting;
  try {
    const response = await fetch("/demo/reset", { method: "POST" });
    if (!response.ok) throw new Error(String(response.status));
    location.reload();
  } catch {
    $("reset").disabled = false;
    $("reset").textContent = WORDS[language].reset;
    trouble();
  }
}

for (const button of steps) button.addEventListener("click", () => step(button));
tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => choose(PHONES[index]));
  tab.addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const next = (index + move + PHONES.length) % PHONES.length;
    choose(PHONES[next]);
    tabs[next].focus();
  });
});
$("language").addEventListener("click", () => translate(language === "vi" ? "en" : "vi"));
$("reset").addEventListener("click", reset);

step(steps[0]);
start().catch(trouble);
