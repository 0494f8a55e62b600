#include "base/json.hpp"

CTXCAP_JSON_PARTS();
