// Leads from a finding to its line in the text field, and puts an editor in the place of that field once the page is there.
// Without this script the link leads to the listing with numbered lines. Where the editor does not come, the field stays.
{
  const form = document.querySelector('form.editor');
  const field = form?.querySelector('textarea');

  let jump = (number) => {
    const lines = field.value.split('\n');
    const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (lines[number - 1] ?? '').length);
    // A selection alone does not scroll.
    field.scrollTop = Math.max(0, (number - 4) * (field.scrollHeight / lines.length));
    field.scrollIntoView({ block: 'nearest' });
  };

  const load = async () => {
    // Without adopted style sheets our policy would refuse the style of the editor.
    if (!('adoptedStyleSheets' in document)) return;
    const { edit } = await import(form.dataset.editor);
    jump = edit(form, field, JSON.parse(form.dataset.words));
  };

  if (field) {
    document.addEventListener('click', (event) => {
      const link = event.target.closest('.findings a[href^="#line-"]');
      if (!link) return;
      event.preventDefault();
      jump(Number(link.getAttribute('href').slice('#line-'.length)));
    });
    if (document.readyState === 'complete') load();
    else addEventListener('load', load);
  }
}
