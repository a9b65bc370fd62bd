/**
 * A script for a browser: what of a page somebody could not read or hit. Nothing is wider than the window, targets are 44
 * px high, text has a contrast of 4.5 (WCAG 2.2, 1.4.3), fields have labels. Gives a line a fault.
 */
export const PAGE_FAULTS = `(() => {
  const found = [];
  const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    if (element === null) return 'rgb(255,255,255)';
    const colour = getComputedStyle(element).backgroundColor;
    return numbers(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push('wider than the window: ' + root.scrollWidth);
  const targets = 'button, nav a, .brand a, a.item, a.button, input:not([type=hidden]), select, summary';
  for (const target of document.querySelectorAll(targets)) {
    const { height } = (target.closest('label') ?? target).getBoundingClientRect();
    if (height < 43.5) found.push(target.tagName + ' ' + target.textContent + ' is ' + height + ' px high');
  }
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!hasText || element.classList.contains('skip')) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (!(contrast >= 4.5)) found.push('contrast ' + contrast.toFixed(2) + ': ' + element.textContent);
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]), select')) {
    if (field.labels.length === 0) found.push(field.name + ' has no label');
  }
  const nav = document.querySelector('nav ul');
  if (nav !== null && nav.scrollWidth > nav.clientWidth) found.push('sections do not fit: ' + nav.scrollWidth);
  return found;
})()`;
