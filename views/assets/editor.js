// Leads from a finding to its line in the text field. Without this script the link leads to the listing with numbered lines.
{
  const field = document.querySelector('form.editor textarea');

  const jump = (number) => {
    const lines = field.value.split('\n');
    const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (lines[number - 1] ?? '').length);
    // A selection alone does not scroll.
    field.scrollTop = Math.max(0, (number - 4) * (field.scrollHeight / lines.length));
    field.scrollIntoView({ block: 'nearest' });
  };

  if (field) {
    document.addEventListener('click', (event) => {
      const link = event.target.closest('.findings a[href^="#line-"]');
      if (!link) return;
      event.preventDefault();
      jump(Number(link.getAttribute('href').slice('#line-'.length)));
    });
  }
}
