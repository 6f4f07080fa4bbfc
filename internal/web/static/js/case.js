// Signing a record with a passkey: the browser asks the person, and the form takes the answer to the server.
const form = document.querySelector('form[data-sign]');
if (form && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  const button = form.querySelector('button[type="button"]');
  const says = form.querySelector('[role="alert"]');
  button.hidden = false;
  button.addEventListener('click', async () => {
    says.textContent = '';
    button.disabled = true;
    const {get, refusal} = await import(form.dataset.passkey);
    try {
      form.elements.passkey.value = JSON.stringify(await get(JSON.parse(form.elements.options.value)));
      form.submit();
    } catch (e) {
      says.textContent = refusal(e, button);
    } finally {
      button.disabled = false;
    }
  });
}
