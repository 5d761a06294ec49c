# C synthesis of the design with Vitis HLS, and its kernel for v++ (build/gengnn_top.xo).
#   vitis_hls -f build.tcl          or          vitis-run --mode hls --tcl build.tcl
source project.tcl
file mkdir build

set flags "-std=c++14 -Isrc -Ilib"
open_project -reset ${project_name}_prj
set_top $project_name
add_files src/gengnn_top.cpp -cflags $flags

open_solution -reset -flow_target vitis solution1
set_part $part
create_clock -period $clock_period_ns -name default
csynth_design
export_design -format xo -output build/${project_name}.xo
exit
