// The part of Vitis HLS' header of this name that C-simulation needs.
#pragma once

#include <ap_int.h>

template <int Width, int User, int Id, int Dest>
struct ap_axiu {
  ap_uint<Width> data;
  ap_uint<Width / 8> keep;
  ap_uint<Width / 8> strb;
  ap_uint<1> last;
};
