-- Reads for wrk: GET /orders/:id, in turn over the lines "ID TOKEN" of a file.

local requests, count = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local id, token = line:match("^(%S+) (%S+)$")
    requests[#requests + 1] = "GET /orders/" .. id .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n" ..
      "Authorization: Bearer " .. token .. "\r\n\r\n"
  end
end

function request()
  count = count % #requests + 1
  return requests[count]
end

function done(summary, latency)
  io.write(string.format(
    '\nRESULT {"durationUs":%d,"requests":%d,"refused":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"p50Us":%d,"p99Us":%d,"maxUs":%d}\n',
    summary.duration, summary.requests, summary.errors.status, summary.errors.connect,
    summary.errors.read, summary.errors.write, summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
