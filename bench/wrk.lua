-- Sends the requests of a file in turn and prints what came of it as one line of JSON.
-- The file: a line a request, with the headers that differ and the body parted by tabs.
-- With "once" no request is sent a second time: the thread stops where the file ends.

local requests, place, once = {}, 0, false
local threads = {}
failed, sent = 0, 0

function setup(thread) table.insert(threads, thread) end

function init(args)
  once = args[2] == "once"
  for line in io.lines(args[1]) do
    local token, influencer, body = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
    requests[#requests + 1] = wrk.format("POST", nil, {
      ["Content-Type"] = "application/json",
      ["Accept"] = "application/json",
      ["Authorization"] = "Bearer " .. token,
      ["X-Influencer"] = influencer,
    }, body)
  end
end

function request()
  place = place + 1
  if place > #requests then
    if once then failed = failed + 1 end
    place = 1
  end
  return requests[place]
end

function response(status, headers, body)
  if status ~= 200 or body:find('"errors":', 1, true) then failed = failed + 1 end
end

function done(summary, latency, requests)
  local failures = 0
  for _, thread in ipairs(threads) do failures = failures + thread:get("failed") end
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "bytes": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.bytes,
    failures + errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
