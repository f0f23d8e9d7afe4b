-- Orders for wrk: each with a basket that its customer never ordered before and a key of its own.
-- Arguments: FROM ("token" or "body"), a file with one token per customer, the number of the run.

local from, prefixes, run, count = nil, {}, nil, 0
local CUSTOMERS, PRODUCTS = 1000, 1000
-- No run gets to this many; the next one begins there.
local ORDERS_PER_RUN = CUSTOMERS * PRODUCTS

function init(args)
  from, run = args[1], "run" .. args[3]
  count = tonumber(args[3]) * ORDERS_PER_RUN
  local tokens = {}
  if from == "token" then
    for line in io.lines(args[2]) do tokens[#tokens + 1] = line end
  end
  for customer = 1, CUSTOMERS do
    local lines = { "POST /orders HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json" }
    if from == "token" then lines[#lines + 1] = "Authorization: Bearer " .. tokens[customer] end
    prefixes[customer] = table.concat(lines, "\r\n") .. "\r\nIdempotency-Key: " .. run .. "-"
  end
end

-- The baskets of one customer are numbered: the first product and the distance to the second one
-- tell the number, so no two of half a million are equal.
function request()
  local customer = count % CUSTOMERS + 1
  local basket = (count - count % CUSTOMERS) / CUSTOMERS
  local first = (basket * 617 + customer * 397) % PRODUCTS
  local distance = 1 + ((basket - basket % PRODUCTS) / PRODUCTS) % 499
  local second = (first + distance) % PRODUCTS
  local body = string.format(
    '%s"items":[{"sku":"BENCH-%04d","quantity":%d},{"sku":"BENCH-%04d","quantity":%d}]}',
    from == "token" and "{" or '{"customerId":"customer-' .. customer .. '",',
    first + 1, 1 + count % 3, second + 1, 1 + count % 2)
  count = count + 1
  return prefixes[customer] .. count .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency)
  io.write(string.format(
    '\nRESULT {"durationUs":%d,"requests":%d,"refused":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"p50Us":%d,"p99Us":%d,"maxUs":%d}\n',
    summary.duration, summary.requests, summary.errors.status, summary.errors.connect,
    summary.errors.read, summary.errors.write, summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
