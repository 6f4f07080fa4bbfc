// Passkeys: to sign in, to prove again who one is, and to add one. What the browser answers goes to the interface as it is.
const send = async (path, body) => {
  const r = await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang}, body: body === undefined ? undefined : JSON.stringify(body)});
  const said = r.status === 204 ? {} : await r.json();
  if (!r.ok) throw new Error(said.title || r.statusText);
  return said;
};

const PK = window.PublicKeyCredential;

export async function get(options) {
  const c = await navigator.credentials.get({publicKey: PK.parseRequestOptionsFromJSON(options.publicKey || options)});
  return c.toJSON();
}

async function make(options) {
  const c = await navigator.credentials.create({publicKey: PK.parseCreationOptionsFromJSON(options.publicKey || options)});
  return c.toJSON();
}

// refusal is why there was no answer: what the browser says in its own language and words, we say in the reader's.
export const refusal = (e, button) => (e instanceof DOMException ? button.dataset.no : e.message);

const back = () => {
  const at = document.querySelector('input[name="back"]')?.value;
  location.assign(at || `/${document.documentElement.lang}/`);
};

const deeds = {
  'data-passkey-sign-in': async () => { const {options} = await send('/api/session/passkey/challenge'); await send('/api/session/passkey', {answer: await get(options)}); back(); },
  'data-passkey-prove': async () => { const {options} = await send('/api/session/passkey/challenge'); await send('/api/session/proof', {answer: await get(options)}); back(); },
  'data-passkey-add': async () => { const {options} = await send('/api/me/passkey/challenge'); await send('/api/me/passkey', {answer: await make(options)}); location.assign(`${location.pathname}?done=key-added`); },
};

if (PK?.parseRequestOptionsFromJSON) {
  for (const [mark, deed] of Object.entries(deeds)) {
    for (const button of document.querySelectorAll(`[${mark}]`)) {
      button.hidden = false;
      button.addEventListener('click', async () => {
        const says = button.closest('section, .panel, form').querySelector('[role="alert"]');
        says.textContent = '';
        button.disabled = true;
        try {
          await deed();
        } catch (e) {
          says.textContent = refusal(e, button);
        } finally {
          button.disabled = false;
        }
      });
    }
  }
}
