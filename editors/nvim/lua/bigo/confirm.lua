-- An edit that needs confirmation is shown as a diff first. Neovim 0.12 asks with a bare question, 0.10 not at all.
local M = {}

--- The annotations that ask for confirmation, in no particular order.
local function questions(edit)
  return vim.tbl_filter(function(annotation)
    return annotation.needsConfirmation
  end, vim.tbl_values(edit.changeAnnotations or {}))
end

--- The text edits of each file as a list of `{ uri, edits }`, whichever of the two forms the edit has. The file in the
--- current window comes first, the others by name.
local function edits_by_uri(edit)
  local by_uri = vim.deepcopy(edit.changes or {})
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.edits then
      by_uri[change.textDocument.uri] = vim.list_extend(by_uri[change.textDocument.uri] or {}, change.edits)
    end
  end
  local here = vim.uri_from_bufnr(0)
  local files = {}
  for uri, edits in pairs(by_uri) do
    files[#files + 1] = { uri = uri, edits = edits }
  end
  table.sort(files, function(a, b)
    if (a.uri == here) ~= (b.uri == here) then
      return a.uri == here
    end
    return a.uri < b.uri
  end)
  return files
end

--- Text edits without their annotations: once the person has been asked, nobody asks again.
local function plain(edits)
  return vim.tbl_map(function(edit)
    return { range = edit.range, newText = edit.newText }
  end, edits)
end

--- The same workspace edit without annotations.
local function agreed(edit)
  local result = vim.deepcopy(edit)
  result.changeAnnotations = nil
  for uri, edits in pairs(result.changes or {}) do
    result.changes[uri] = plain(edits)
  end
  for _, change in ipairs(result.documentChanges or {}) do
    change.edits = change.edits and plain(change.edits)
  end
  return result
end

--- What the server says about the edit, as lines to stand above the diff.
local function description(annotations)
  local lines = {}
  for _, annotation in ipairs(annotations) do
    if annotation.description and annotation.description ~= '' then
      vim.list_extend(lines, vim.split(annotation.description, '\n', { plain = true }))
      lines[#lines + 1] = ''
    end
  end
  return lines
end

--- The lines of a buffer after the edits, worked out in a scratch buffer.
local function lines_after(bufnr, edits, encoding)
  local scratch = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(scratch, 0, -1, false, vim.api.nvim_buf_get_lines(bufnr, 0, -1, false))
  vim.lsp.util.apply_text_edits(plain(edits), scratch, encoding)
  local lines = vim.api.nvim_buf_get_lines(scratch, 0, -1, false)
  vim.api.nvim_buf_delete(scratch, { force = true })
  return lines
end

--- A unified diff of everything the edit changes, and the buffers with their state at this moment.
local function diff(edit, encoding)
  local compare = vim.text and vim.text.diff or vim.diff
  local out, ticks = {}, {}
  for _, file in ipairs(edits_by_uri(edit)) do
    local uri, edits = file.uri, file.edits
    local bufnr = vim.uri_to_bufnr(uri)
    vim.fn.bufload(bufnr)
    ticks[bufnr] = vim.api.nvim_buf_get_changedtick(bufnr)
    local before = table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n') .. '\n'
    local after = table.concat(lines_after(bufnr, edits, encoding), '\n') .. '\n'
    local name = vim.fn.fnamemodify(vim.uri_to_fname(uri), ':.')
    vim.list_extend(out, { '--- ' .. name, '+++ ' .. name })
    local hunks = compare(before, after, { result_type = 'unified', ctxlen = 3 })
    vim.list_extend(out, vim.split(vim.trim(hunks), '\n', { plain = true }))
  end
  return out, ticks
end

--- Open the diff in the middle of the screen; `decide(true)` or `decide(false)` is called once.
local function open(lines, title, decide)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].filetype, vim.bo[bufnr].modifiable, vim.bo[bufnr].bufhidden = 'diff', false, 'wipe'
  local width = 40
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  width = math.min(math.max(width + 1, vim.fn.strdisplaywidth(title) + 4), math.max(20, vim.o.columns - 4))
  local rows = 0 -- long lines wrap
  for _, line in ipairs(lines) do
    rows = rows + math.max(1, math.ceil(vim.fn.strdisplaywidth(line) / width))
  end
  local height = math.min(rows, math.max(3, vim.o.lines - 6))
  local window = vim.api.nvim_open_win(bufnr, true, {
    relative = 'editor', border = 'rounded', style = 'minimal', width = width, height = height,
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1), col = math.floor((vim.o.columns - width) / 2),
    title = ' ' .. title .. ' ', footer = ' a apply · q discard ',
  })
  vim.wo[window].wrap, vim.wo[window].linebreak = true, true

  local decided = false
  local function finish(yes)
    if decided then
      return
    end
    decided = true
    if vim.api.nvim_win_is_valid(window) then
      vim.api.nvim_win_close(window, true)
    end
    vim.schedule(function()
      decide(yes)
    end)
  end
  for key, yes in pairs({ a = true, ['<CR>'] = true, q = false, ['<Esc>'] = false }) do
    vim.keymap.set('n', key, function()
      finish(yes)
    end, { buffer = bufnr, nowait = true })
  end
  -- A window closed in any other way is a "no".
  vim.api.nvim_create_autocmd('BufWipeout', { buffer = bufnr, once = true, callback = function() finish(false) end })
end

--- Show the diff and wait for the answer. The client runs its handlers in coroutines, so the editor stays usable;
--- outside of one there is only the question at the bottom.
local function ask(lines, title)
  local co, main = coroutine.running()
  if not co or main then
    return vim.fn.confirm(table.concat(lines, '\n') .. '\n' .. title .. '?', '&Apply\n&Discard', 2) == 1
  end
  open(lines, title, function(yes)
    local ok, err = coroutine.resume(co, yes)
    if not ok then
      vim.notify('bigo: ' .. tostring(err), vim.log.levels.ERROR)
    end
  end)
  return coroutine.yield()
end

--- True if every buffer is as it was when the diff was made.
local function unchanged(ticks)
  for bufnr, tick in pairs(ticks) do
    if not vim.api.nvim_buf_is_valid(bufnr) or vim.api.nvim_buf_get_changedtick(bufnr) ~= tick then
      return false
    end
  end
  return true
end

--- Say that more than the buffer in sight was changed: the others wait to be written, too.
local function tell_unwritten(ticks)
  local names = {}
  for bufnr in pairs(ticks) do
    if bufnr ~= vim.api.nvim_get_current_buf() and vim.bo[bufnr].modified then
      names[#names + 1] = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ':.')
    end
  end
  if #names > 0 then
    table.sort(names)
    vim.notify(('bigo: %s changed, too; :wall writes all'):format(table.concat(names, ', ')))
  end
end

--- The handler of `workspace/applyEdit`: edits that ask for confirmation pass the diff, all others go straight through.
--- https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_applyEdit
function M.apply_edit(err, params, context, config)
  local apply = vim.lsp.handlers['workspace/applyEdit']
  local annotations = questions(params.edit)
  if #annotations == 0 then
    return apply(err, params, context, config)
  end
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local lines, ticks = diff(params.edit, client.offset_encoding)
  if not ask(vim.list_extend(description(annotations), lines), params.label or annotations[1].label) then
    return { applied = false, failureReason = 'discarded' }
  end
  if not unchanged(ticks) then
    vim.notify('bigo: the buffer changed while the diff was open; nothing was applied', vim.log.levels.WARN)
    return { applied = false, failureReason = 'the buffer changed while the diff was open' }
  end
  local result = apply(err, { label = params.label, edit = agreed(params.edit) }, context, config)
  tell_unwritten(ticks)
  return result
end

return M
