-- A rewrite through the code action: a diff asks; "discard" leaves the buffer alone, "apply" changes it; undo brings it back.
local t = dofile(os.getenv('BIGO_REPO') .. '/tests/editors/nvim/lsp_check.lua')
t.setup()
local buf, client = t.open('sample.py')
local found = t.diagnostics(buf, { 'membership-in-list' })[1]
local before = t.text(buf)

t.apply_action(found.lnum, found.col, t.is_rewrite)
local diff, answer = t.asked()
t.check(diff:find('-    found = []', 1, true) and diff:find('+    names = {user.lower()', 1, true), 'the diff shows both sides:\n%s', diff)
answer('q')
vim.wait(500)
t.check(t.text(buf) == before, 'discarded: the buffer is untouched')

vim.api.nvim_win_set_cursor(0, { 3, 0 })
vim.cmd('LspBigoRewrite')
_, answer = t.asked()
answer('a')
t.until_text(buf, os.getenv('BIGO_REWRITTEN'))
t.diagnostics(buf, {})
vim.cmd('silent undo')
t.check(t.text(buf) == before, 'one undo takes it back')
t.stop(client)
