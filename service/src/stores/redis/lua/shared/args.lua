-- Reads a script's own arguments, which begin behind the three that every script has. An absent one is '', a present one
-- that may be absent begins with '='.

local M = {}

local OWN = 3

function M.text(place)
  return ARGV[OWN + place]
end

function M.number(place)
  return tonumber(ARGV[OWN + place])
end

function M.flag(place)
  return ARGV[OWN + place] == '1'
end

function M.count()
  return #ARGV - OWN
end

function M.optionalText(place)
  local given = ARGV[OWN + place]
  return given ~= '' and string.sub(given, 2)
end

function M.optionalNumber(place)
  local given = M.optionalText(place)
  return given and tonumber(given)
end

return M
