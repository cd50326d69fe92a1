-- :LspBigoHot lists what a linked profile found hot in the quickfix list; a hint behind the function says it too.
local t = dofile(os.getenv('BIGO_REPO') .. '/tests/editors/nvim/lsp_check.lua')
t.setup({ settings = { bigo = { inlayHints = { show = 'findings' }, profiles = { paths = { '*.collapsed' } } } } })
local buf, client = t.open('sample.py')
t.diagnostics(buf, { 'membership-in-list' })
local listed = t.wait(function()
  vim.cmd('silent LspBigoHot')
  vim.wait(300)
  local items = vim.fn.getqflist()
  return #items > 0 and items or nil
end)
t.check(listed, 'a list of hot functions')
t.check(listed[1].lnum == 1 and listed[1].text:find('known', 1, true), 'the hottest first: %s', listed[1].text)
t.check(listed[1].text:find('|users|', 1, true) or listed[1].text:find('O(', 1, true), 'with its cost')
t.check(vim.fn.bufnr(vim.fn.bufname(listed[1].bufnr)) == buf, 'in the file that is open')
if t.new then
  local line = { start = { line = 0, character = 0 }, ['end'] = { line = 1, character = 0 } }
  local hints = t.request(client, buf, 'textDocument/inlayHint', { textDocument = { uri = vim.uri_from_bufnr(buf) }, range = line })
  t.check(#hints == 1 and hints[1].label:find('1 finding', 1, true) and hints[1].label:find('% self', 1, true), 'a hint: %s', vim.inspect(hints))
end
t.stop(client)
