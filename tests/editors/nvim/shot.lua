-- The configuration behind the pictures of Neovim: editors/nvim as it is, on a plain screen.
vim.opt.runtimepath:prepend(os.getenv('BIGO_REPO') .. '/editors/nvim')
vim.opt.runtimepath:append(vim.env.VIMRUNTIME .. '/../../../lib/nvim') -- the parsers of an unpacked Neovim
vim.o.termguicolors, vim.o.number, vim.o.signcolumn, vim.o.cursorline = true, true, 'yes', true
vim.o.shortmess, vim.o.ruler, vim.o.showcmd, vim.o.swapfile = vim.o.shortmess .. 'I', false, false, false
vim.o.scrolloff, vim.o.winborder = 2, 'rounded'
vim.cmd('syntax on')
vim.cmd.colorscheme('default')
vim.cmd('filetype plugin on')
vim.diagnostic.config({ virtual_text = { source = false, prefix = '●' } })
require('bigo').setup({ cmd = vim.json.decode(os.getenv('BIGO_CMD')), settings = { bigo = {} } })
vim.lsp.codelens.enable(true)
