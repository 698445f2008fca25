// Until the WASM runs: scrolls to where the conversation opens, lets Enter send, and keeps what is typed. The page is then a plain
// page with plain forms; on a slow line that takes seconds.

const timeline = document.querySelector(".timeline");
const target = timeline?.dataset.target && document.getElementById(timeline.dataset.target);
if (target) {
  timeline.scrollTop += target.getBoundingClientRect().top - timeline.getBoundingClientRect().top - timeline.clientHeight / 3;
} else if (timeline && !new URLSearchParams(location.search).has("before")) {
  timeline.scrollTop = timeline.scrollHeight;
}

const SENT = "jimmy-sent"; // the message that the form has sent last, until a page shows that it has arrived

const isAlive = () => "alive" in document.documentElement.dataset;
const field = document.getElementById("composer");
const boot = document.getElementById("boot");
if (field && boot) {
  const { member, enter_breaks: enterBreaks } = JSON.parse(boot.content.textContent);
  const form = field.form;
  const key = `jimmy-draft/${member.account.id}/${form.elements.channel.value}`; // as in composer/draft.rs

  /** Calls `act` with the storage of the tab and of the device, unless the browser denies it. */
  const withStorages = (act) => {
    for (const name of ["sessionStorage", "localStorage"]) {
      try {
        act(window[name]);
      } catch {
        // Without storage a draft lives as long as its page.
      }
    }
  };
  const save = (text) => withStorages((storage) => (text ? storage.setItem(key, text) : storage.removeItem(key)));
  const read = (name) => {
    let found = null;
    withStorages((storage) => (found ??= storage.getItem(name)));
    return found;
  };

  // A message that has arrived is no draft any more, unless another tab has written on.
  const [sentKey, id, text] = JSON.parse(read(SENT) ?? "[]");
  if (sentKey === key) {
    const hasArrived = document.getElementById(`m-${id}`);
    withStorages((storage) => {
      if (hasArrived && storage.getItem(key) === text) storage.removeItem(key);
      storage.removeItem(SENT);
    });
  }
  field.value ||= read(key) ?? "";

  field.addEventListener("input", () => isAlive() || save(field.value));
  form.addEventListener("submit", () => {
    if (!isAlive()) withStorages((storage) => storage.setItem(SENT, JSON.stringify([key, form.elements.id.value, field.value])));
  });
  field.addEventListener("keydown", (event) => {
    if (isAlive() || event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const isInCode = (field.value.slice(0, field.selectionStart).match(/^```/gm) ?? []).length % 2 === 1;
    const alone = !event.shiftKey && !enterBreaks && !isInCode && matchMedia("(pointer: fine)").matches;
    if (!alone && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    if (field.value.trim()) form.requestSubmit();
  });
}
