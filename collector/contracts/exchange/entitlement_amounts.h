// How much was bought and at what price, of the cells of an entitlement. Pure.
#pragma once

#include "collector/csv/csv_cell.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Each notes an error for what is wrong, and then leaves the line as it is.

// The quantity, of its cell.
void ReadQuantity(CellReader& cells, v1::Entitlement& line);
// The quantity, which packs may say, too: then both must say the same.
void ReadPacks(CellReader& cells, v1::Entitlement& line);

// The price of one unit, of a file of the collector's own: it and its currency
// are there, or neither.
void ReadOwnPrice(CellReader& cells, v1::Entitlement& line);
// A price of one unit or one of a pack, in the line's currency. A currency
// without a price says nothing.
void ReadPrices(CellReader& cells, v1::Entitlement& line);

}  // namespace rollcall::collector
