-- Asks `behalf gateway` about a request, and carries out what it says.

local ASK = "http://127.0.0.1:9001/decision"
-- The headers of upstream.identity in gateway.json, in lower case.
local IDENTITY = { "x-account", "x-agent" }
-- Only with decisions.secretFile: the content of that file.
local SECRET = nil

-- All values of a header. HAProxy counts them from 0 in requests and answers.
local function values(headers, name)
  local found = {}
  for _, value in pairs(headers[name] or {}) do
    table.insert(found, value)
  end
  return found
end

local function refuse(txn, status, headers, body)
  local reply = txn:reply({ status = status, body = body or "" })
  for name, value in pairs(headers or {}) do
    for _, each in pairs(value) do
      if name ~= "content-length" and name ~= "connection" and name ~= "date" and name ~= "keep-alive" then
        reply:add_header(name, each)
      end
    end
  end
  txn:done(reply)
end

core.register_action("behalf", { "http-req" }, function(txn)
  local headers = txn.http:req_get_headers()
  local question = {
    ["x-original-method"] = { txn.f:method() },
    ["x-original-uri"] = { txn.f:url() },
  }
  for _, name in ipairs({ "authorization", "dpop" }) do
    local given = values(headers, name)
    if #given > 0 then
      question[name] = given
    end
  end
  if SECRET then
    question["x-behalf-proxy"] = { SECRET }
  end

  local answer = core.httpclient():get({ url = ASK, headers = question, timeout = 5000 })
  if not answer or not answer.status or answer.status == 0 then
    return refuse(txn, 503, { ["retry-after"] = { "5" } })
  end
  local target = values(answer.headers, "x-behalf-target")
  if answer.status ~= 200 or #target ~= 1 then
    local status = answer.status == 200 and 503 or answer.status
    return refuse(txn, status, answer.headers, answer.body)
  end

  -- The API gets the path of the decision, and not the path that the client sent.
  txn.http:req_set_uri(target[1])
  txn.http:req_del_header("authorization")
  txn.http:req_del_header("dpop")
  for _, name in ipairs(IDENTITY) do
    txn.http:req_del_header(name)
    local value = values(answer.headers, name)[1]
    if value and value ~= "" then
      txn.http:req_set_header(name, value)
    end
  end
end)
