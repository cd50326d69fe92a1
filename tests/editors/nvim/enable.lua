-- The 0.11 way, without require('bigo').setup: the folder on the runtime path, vim.lsp.config and vim.lsp.enable.
local t = dofile(os.getenv('BIGO_REPO') .. '/tests/editors/nvim/lsp_check.lua')
vim.opt.runtimepath:prepend(os.getenv('BIGO_REPO') .. '/editors/nvim')
vim.cmd('filetype plugin on')
vim.lsp.config('bigo', { cmd = t.command })
vim.lsp.enable('bigo')
local buf, client = t.open('sample.py')
t.check(client.root_dir == vim.uv.fs_realpath(t.root), 'root %s', client.root_dir)
t.diagnostics(buf, { 'membership-in-list' })
t.check(vim.fn.exists(':LspBigoRewrite') == 2, 'buffer-local command')

vim.cmd.edit(t.root .. '/notes.txt')
t.check(#vim.lsp.get_clients({ bufnr = 0 }) == 0, 'no client on a text file')

vim.cmd('silent! checkhealth vim.lsp')
local health = t.text(0)
t.check(health:find('bigo', 1, true), ':checkhealth vim.lsp names bigo')
t.stop(client)
