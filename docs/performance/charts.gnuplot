# steps.svg and growth.svg from what `measure` wrote.
set terminal svg size 900,620 font 'sans-serif,15' background '#ffffff' enhanced
set encoding utf8
set border 3 linecolor '#888888'
set tics nomirror scale 0 textcolor '#444444'
set grid ytics linecolor '#e4e4e4'

set output 'steps.svg'
set title 'A training step of 250 images: its steps, one on the other' textcolor '#222222'
set ylabel 'milliseconds'
set xrange [-0.5:2.5]
set xtics ("no passes, direct\nconvolutions" 0, "all passes, direct\nconvolutions" 1, "all passes and\nour own Winograd" 2)
set style fill solid 0.85 border rgb '#ffffff'
set bmargin 4
set key right top reverse Left samplen 1.5
color(part) = part == 1 ? 0x3b6fb6 : part == 2 ? 0xe0701a : part == 3 ? 0x4c9a5b : 0x8c6bb1
label_of(begin, end, op) = end - begin > 0.75 ? op : ''
plot 'steps.txt' using 1:(($2 + $3) / 2):($1 - 0.42):($1 + 0.42):2:3:(color($4)) with boxxyerror linecolor rgb variable notitle, \
     '' using 1:(($2 + $3) / 2):(label_of($2, $3, strcol(5))) with labels font ',10' textcolor '#ffffff' noenhanced notitle, \
     NaN with boxes linecolor rgb 0x8c6bb1 title 'loss and update', \
     NaN with boxes linecolor rgb 0x4c9a5b title 'dense layers', \
     NaN with boxes linecolor rgb 0xe0701a title 'second convolution, norms, pool', \
     NaN with boxes linecolor rgb 0x3b6fb6 title 'first convolution, norms, pool'

set output 'growth.svg'
set bmargin
set title 'A training step as its batch grows' textcolor '#222222'
set xlabel 'images'
set ylabel 'microseconds an image'
set xrange [0:1040]
set yrange [0:*]
set xtics autofreq
plot 'growth.txt' using 1:(1000 * $2 / $1) with linespoints linecolor rgb 0x3b6fb6 linewidth 2 pointtype 7 title '1 thread', \
     '' using 1:(1000 * $3 / $1) with linespoints linecolor rgb 0xe0701a linewidth 2 pointtype 7 title '2 threads'
