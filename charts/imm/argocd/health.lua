-- The health of InstanceSets, GitSources and Providers for Argo CD: resource.customizations.health.imm.dev_KIND in its ConfigMap
-- argocd-cm, the same text for each kind. They follow kstatus: Ready is there once the controller has looked, Reconciling and Stalled only while they are True.
local function condition(name)
  for _, found in ipairs((obj.status or {}).conditions or {}) do
    if found.type == name then return found end
  end
end

local function isCurrent(found)
  return found ~= nil and (found.observedGeneration or -1) >= (obj.metadata.generation or 0)
end

local function says(status, found, otherwise)
  local message = otherwise
  if found ~= nil and found.message ~= nil and found.message ~= "" then message = found.message end
  return {status = status, message = message}
end

if obj.metadata.deletionTimestamp ~= nil then
  return says("Progressing", condition("Ready"), "being deleted")
end
if obj.spec ~= nil and (obj.spec.paused == true or obj.spec.suspend == true) then
  return says("Suspended", nil, "paused")
end
local ready, stalled = condition("Ready"), condition("Stalled")
if not isCurrent(ready) then
  return says("Progressing", nil, "the controller has not looked at it yet")
end
if ready.status == "True" then return says("Healthy", ready, "") end
if stalled ~= nil and stalled.status == "True" then return says("Degraded", stalled, "") end
-- The earlier revision serves, and the one that is wished for has failed.
if ready.reason == "RolledBack" or ready.reason == "Rejected" then return says("Degraded", ready, "") end
return says("Progressing", ready, "")
