-- Numbers figures and tables, and turns @fig:name and @tbl:name into references.
-- LaTeX and Typst count by themselves, so that their sources can be edited; elsewhere the
-- number is written. A reference or a figure that is missing is a warning, and so stops the build.

local words = { fig = "Figure", tbl = "Table" }

local numbers = {}
local counts_itself = FORMAT:match("latex") or FORMAT:match("typst")

local function kind_of(id)
  return id:match("^(fig):") or id:match("^(tbl):")
end

local function exists(path)
  for _, folder in ipairs(PANDOC_STATE.resource_path) do
    local file = io.open(pandoc.path.join({ folder, path }), "rb")
    if file then
      file:close()
      return true
    end
  end
  return false
end

local function number(counter)
  local count = 0
  return function(block)
    count = count + 1
    numbers[block.identifier] = tostring(count)
    local caption = block.caption.long
    if not counts_itself and #caption > 0 then
      local label = words[counter] .. "\u{a0}" .. count .. "."
      caption[1].content:insert(1, pandoc.Space())
      caption[1].content:insert(1, pandoc.Strong({ pandoc.Str(label) }))
      block.caption.long = caption
    end
    return block
  end
end

local function refer(id)
  if not numbers[id] then
    pandoc.log.warn("no figure or table " .. id .. "; mend the reference or give it that id")
  end
  if FORMAT:match("latex") then
    local text = words[kind_of(id)] .. "~\\ref{" .. id .. "}"
    return pandoc.RawInline("latex", text)
  elseif FORMAT:match("typst") then
    return pandoc.RawInline("typst", "#ref(<" .. id .. ">)")
  end
  local text = words[kind_of(id)] .. "\u{a0}" .. (numbers[id] or "?")
  return pandoc.Link({ pandoc.Str(text) }, "#" .. id)
end

local function cite(element)
  if not kind_of(element.citations[1].id) then
    return nil
  end
  local inlines = pandoc.Inlines({})
  for i, citation in ipairs(element.citations) do
    if i > 1 then
      inlines:extend({ pandoc.Str(","), pandoc.Space() })
    end
    inlines:insert(refer(citation.id))
  end
  return inlines
end

local function image(element)
  if not exists(element.src) then
    pandoc.log.warn("the figure " .. element.src .. " is missing; draw it or leave it out")
  end
end

-- In Typst figures and tables float, which would else leave the rest of a page empty, and stay in
-- their order. A table too long for a page stands where it is, and breaks.
local LONG = 30 -- rows

local function wrap_in_typst(block, rule)
  if FORMAT:match("typst") then
    return { pandoc.RawBlock("typst", "#[\n" .. rule), block, pandoc.RawBlock("typst", "]") }
  end
end

local function float(block)
  return wrap_in_typst(block, "#set figure(placement: top)")
end

local function place_table(block)
  local rows = 0
  for _, body in ipairs(block.bodies) do
    rows = rows + #body.body
  end
  if rows > LONG then
    return wrap_in_typst(block, "#show figure: set block(breakable: true)")
  end
  return wrap_in_typst(block, "#set figure(placement: auto)")
end

function Pandoc(document)
  return document
    :walk({ Figure = number("fig"), Table = number("tbl"), Image = image })
    :walk({ Cite = cite, Figure = float, Table = place_table })
end
