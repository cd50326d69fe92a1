-- The commands that change no text: warm the cache, show the costs, link a profile and take it away again.
local t = dofile(os.getenv('BIGO_REPO') .. '/tests/editors/nvim/lsp_check.lua')
t.setup()
local buf, client = t.open('sample.py')
t.diagnostics(buf, { 'membership-in-list' })
vim.api.nvim_win_set_cursor(0, { 3, 0 })
local function said(text)
  t.check(t.wait(function() return vim.fn.execute('messages'):find(text, 1, true) end), 'said: %s', text)
end

vim.cmd('LspBigoPrewarm')
said('tokens that rewrites of sample.py begin with are cached now')
vim.cmd('LspBigoPrewarm')
said('what rewrites of sample.py begin with is cached already')

vim.cmd('LspBigoStats')
t.check(t.wait(function() return vim.api.nvim_get_current_buf() ~= buf end), 'a buffer opened')
t.check(t.text(0):find('prewarm: 1, $', 1, true), 'with what the warming has cost:\n%s', t.text(0))
vim.cmd('close')

vim.cmd('LspBigoLinkProfile ' .. vim.fn.fnameescape(t.root .. '/run.collapsed'))
said('1 function of this workspace linked')
vim.cmd('LspBigoUnlinkProfiles')
vim.wait(300)
vim.cmd('LspBigoHot')
said('no profile is linked')
t.stop(client)
