-- Typing while the diff is open: nothing is applied on top of it.
local t = dofile(os.getenv('BIGO_REPO') .. '/tests/editors/nvim/lsp_check.lua')
t.setup()
local buf, client = t.open('sample.py')
local found = t.diagnostics(buf, { 'membership-in-list' })[1]
t.apply_action(found.lnum, found.col, t.is_rewrite)
local _, answer = t.asked()
vim.api.nvim_buf_set_lines(buf, 0, 0, false, { '# mine' })
local mine = t.text(buf)
answer('<CR>')
vim.wait(500)
t.check(t.text(buf) == mine, 'what was typed stays, the rewrite is dropped')
t.check(vim.fn.execute('messages'):find('changed while the diff was open', 1, true), 'and it is said')
t.stop(client)
