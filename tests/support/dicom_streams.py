# SPDX-License-Identifier: MIT
"""Small pictures as DICOM compresses them, made by make_dicom_streams.py: what their samples are, and the streams."""
import base64

ROWS, COLUMNS = 12, 17

# Bits, samples and the transfer syntax after dicom_files.ROOT.
KINDS = {
    "baseline": (8, 1, ".4.50"), "baseline colours": (8, 3, ".4.50"),
    "extended": (12, 1, ".4.51"),
    "lossless 8": (8, 1, ".4.57"), "lossless 12": (12, 1, ".4.70"), "lossless 16": (16, 1, ".4.70"),
    "lossless colours": (8, 3, ".4.70"),
    "JPEG-LS 8": (8, 1, ".4.80"), "JPEG-LS 16": (16, 1, ".4.80"), "JPEG-LS colours": (8, 3, ".4.80"),
    "JPEG 2000": (12, 1, ".4.90"), "JPEG 2000 16": (16, 1, ".4.90"), "JPEG 2000 colours": (8, 3, ".4.90"),
}


def pixels(bits, samples):
    """A slope with an edge, in whole numbers, rows of pixels of samples."""
    most = (1 << bits) - 1
    return [(most * (3 * x + 5 * y + 7 * c) // 130) ^ (most if x > 11 and y > 5 else 0)
            for y in range(ROWS) for x in range(COLUMNS) for c in range(samples)]


def stream(name):
    return base64.b85decode(STREAMS[name])

STREAMS = {
    "baseline":
        "|JeWA07C!)0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL3zyJ#f01N;T0Ra&J|HJ?v"
        "000360RaI40RaF200000000330|W&I2M7rY3;)CbwGaRT0Rsa91Oo*H1Oxy80et}i0{{dO1ri}KK?W01VFw~{6f%L4p$H>FvB4Em(eNZQVse5B"
        "3Kka_85$)fCnzZ@G&MFiI5|2)L`6nNNJ&alR8>}2SXo+QWMyV&XlZJ5bai%jczJq*goTEOh>41lla!T~mzbHFqNAjxrl+W>s<N}RwYImoxw^u`"
        "#Kp$P$jQpm)6~`0*Vx(G;o{@u<>u$;>FV+F^Yr!h_xSnx|Jncu0RaF2KLGx0{t5ocpYiF9Gy9n)AE&qTuhpN1zq7B0{3m5;sQ87gbgMowJ<M)*"
        "Yzkk?ia6w!O@WlQ#B6R{kC<oP{{XT61pffg<);4t;HzE#0Od`0zXbjp_)PteHXrlPjHWw((>mq<0N|u#{66qk!Jqg={{YZ`wf_L&Vtu>6oAwC&"
        "3-)ih<^9jL+;!de_{TZ?M*jeXlj7g{2!4<M0LLr;*#",
    "baseline colours":
        "|JeWA07C!)0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL3+W<oW0RaI40RaI40RaI4"
        "0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI4|G)qd2mlNK5d#4t00I#K0}%oL!~h=v009L70RaI40RR91"
        "00000009C61O)~M2nh-"
        "c|HJ^b5C8%J0|NpC0|f;H1ONa5eE|Xk00a>Q5+N}`1`|<X2O@D4GJ%ny2qQwV!4*=`@FX*0a)Jp878e*98YLztC@Cs5H8wXmIXXi`MMg(RNlH^"
        "xRaRG6Sz2RcWoBn+X=-"
        "zHb#`}nd3u9{g@%WSiHeewl$Dm3n3<ZQqok##r>Lo_va__cwzs&sy28W6#m2|T$;#5x)YaD4*xB0Q;^XAy=I7|?>hbdP^!4`l`1$((!~h=w00R"
        "L50RaI40RaI300000009C61O)~M2nh-"
        "c|HJ^b5dZ=K0t5sD1P28K1ONd7cK`tb0}%uTAu$FLK~V=`aT6jkfd~{rk)g4{2_rL7@D*Zm(FztMG~p%j7Z@2DCMPH<Dm6AYI5|2)L`6nNNJ&a"
        "lR8>}2SXo+QWMyV&XlZJ5bai%jczJq)gM@{Khlq)al9QB`mY0~BnxdnmrKYE-sj9NGw6(UkxVgH*!^FkL$H>Xb($mz{*4NnC+T!En<>u$;>FV<"
        "H^!4`l`1$((+5ij#0RRFK0}%i}0Q?L1C;KLU$EGyT?qryLp5M;DQ2Z0{N5NkXthC)n#+R154V}-"
        "K<WF;HcR!u>VF{nhiq6*NR`P`Kmia&BqTn3Y+1~{I8~9B9k2W9k&y1!!f73eo{{a39=1;@#1%A)J@QeQdp#K1C{{X_*`*(jg>=FDm`#0S3{^#3"
        "nI_~@YW1Rh#dylP_Wmv3s9yF&`hp^<0Xv$RIwZze*E@cVRleB6{t4({!H+6LWPbI-"
        "p%yT?84!o*Dm2Yj$Do!z|y`CPeSn|2TaaWZzo#6e}(zCN#{{Zli{>(r0QMBLuCwyK10L=9j{OkV!!pZS({RBTp{{Z8ZSLc80=5hZ3K-"
        "q8p3B`Z&VfUZvPF4Q^K^ces4a0x)A^+I",
    "extended":
        "|JeWA07C!)0RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaI40RaL3!2k;o01N;T0Ra&J|HJ?m"
        "0099300000000000000001XNY|HJ@75C8xH1qKWk000000000000sdB1qv1e2M7rZ5daJg6BHE~85<}?Ru>u~DJwNLI7e7oVPs`zbb*<r!PnXF"
        "|Jncu0RaF2KLBnzMHZCF-j}VXnLHBr9;h$BjQXW&B-v?o^?a2!fn*dT4p_KT1{kQIcuNMsefUSc$h_sEVhjVxF_RhqdpEovzKG$KF-"
        "{=e#7uZ4Ice?c4b34~bxfli&o`pIVIcR*CyN)#!aSd;`Y*mk7ET3J3{vq0%$%$Z=pCK&{+zSQWm19I`&6@$fYQNYIeohbv3CYk(L&&$5{e~*R^"
        "*r(!xeUW{{ZcUwyw3anpg#MIVs?Vct_Q*xcz!S$K*Oc|Je",
    "lossless 8":
        "|JeV-"
        "01F5J3;+=U0TBTI!~hxq0RaF40{{R300000000000|W*K0tE>F+5iXv0RRC20Q35@Gcz)?Gcz?T%*@QJ%*@QSGcz)?Gcz+QRLsiE%*@QJ%~LY7"
        "Gcz)?Gc`)g%*@QJ%*@oYGcz)?H!%?!nVFecnVYT=A*q>}S(%x!q7fRIm6@5Dn+FjQsactsnU%Gmh>a}F%*?FKs02iR|Je",
    "lossless 12":
        "|JeV-"
        "01FTR3;+=U0TBTI!~hxq0RaF40{{R300000000002M7ua1_==V+5iXv0RRC20P^zs^7``n^7``n^7``n^8Gr#yuQ4?yuQ4?yuQ4?yuQ6pFE6hz"
        "uP?7JuP?7JuP?7J)2r*t>&xrQ>&xrQ>&xrQ>(uh{`tthn`tthn`tthn`ttoczP!G?zP!G?zP!G?zP!G@PcJX8FRw4JFRw4Jasm<p5(;&Fd3||("
        "d3||(d4H}#0ullmd3k+#eR+L(eR+L*8j=zM5(;&Fd3||(d3||(d4C4t0ullmd3k+#eR+L(eR+L*S(ym|2?aX7yuQ4?yuQ4?yuYX5fP{dD|Je",
    "lossless 16":
        "|JeV-"
        "01FTR3;+=U0TBTI!~hxq0RaF40{{R300000000003k(hq2@Mec+5iXv0RRC20P^%NLiDdf^e;;EFGBRMLi8_6^e;m6uSGix(7h|ry$jO43(~y{"
        "(7h|ry$jO43(&nZ?5{%fFG}<;LiDdf^e;;EFGBRMLiDdf^i#0CE6}|Q(!C4Ny(`eY3(~y{(7h|ry$jP$%JeTv^e;m6uR`=MO7t&6^shqnFG}<;"
        "MLP@9y$jI2E6}|Q(!C4Py$jI2E6}|Q(!CVyuR`>%Li8_6^e;m6uR`=MPd_9sLc}gY)a<W9^e;;EFGBRMLi8_6^e;zTjzZ)vLc}jl!t^gn^e;;E"
        "FGBRMLi8_6^kY)QEJEZiLe%W9Li8_6^e;m6uR`=MO7t&I4ah>|EJEZjPQvuBLi8_6^e;m6uR`=MO7v?pLKY!%7a?kPSD|`Wp?VjkdKaO3SD|_r"
        "r%%BUxeE}v3;zKB*#",
    "lossless colours":
        "|JeWT01iQ9Z(?NtWB>pF0095P01*fP3;+=WQV{@05dcCF0RO}Q8UO(S0RaI40RR9100000000972L=cQ0{_|o3<FXCM*u<q0RRB={uzxcGcz+Y"
        "GczkQGP5%)Gcz+YGczkQGczkwRZPsx%*xEntjx^Jtjx^J%*@QJ%*xEntkqRhGP5%?GP5%)Gcz+YGczkQGP5%?GP5%^RZ`5%tjx;H%*@Qp%*xEn"
        "%*xEntjx^J%*|CbGcz+QGcz+YGczkQGP5%)Gcz+YGczkQRaHvN%*@Qp%*xEntjx^Jtjx^J%*@QJ%*xc&Q!_I&GP5%?GP5%)Gcz+YGk*Rz79t`-"
        "A|fMIRWma(vok9*GP5%?Gcz+Xvp3G<vw<NI5)ly^s-"
        ">BkS(%xcS(%xcnVFecnU%S&10*345fKp)s;Ze;nU$HDnVFfHm6@4YnVFl1%P|2F5fKp)DygYinVFfHnVDIcnVDIcm6@5dOk>Z2A|gT}BsA4iGc"
        "z+YGb=MPvok9*Gcz+YWEdx!L_|bHghYS;*#",
    "JPEG-LS 8":
        "|JeWc01F5J3;+=U0TBTI+5iXv0RR910E%;@>HVModqW7Mb|#x`q%b8_)m3ULr~S}I|3A)u-"
        "{QZ#5C8xXU~q7CefS2{N541$A9nv70lw$`Nl&x;`A>lV*#",
    "JPEG-LS 16":
        "|JeWc01FTR3;+=U0TBTI_y7$7|Nj6I07C&306_oR00;pA00000kDh$>=dUe!E6H9e@YjaB_1>=acPqDDy6nT)A3=Hx%wAIRmyEn+;V%Jr3%p&@"
        "?w4%4L+KYNy9L)SxphmZT|(&>M7kx<E^%{<m|Vi;7o1y?<d+<{#l|inaLa~V65tmAx5d3J>2Aw(UU6!Ra9e`g7Sy(-"
        "vn`Qqi(p#v*Os)kg{&=6c}1BmNomVWT4K@`jI?E;EeU7KJXzw-7HqR+<Q6Ei1(+<cWlJhqGRYQ5vIUPUde0dS4?=wSJqcfn7+A8!mL#zSh%7N-"
        "OA1&r!2mmgz?J~81>+UCucdt}*<Q->SAx71*si5@Z$!H?x)sQ-CF2!@t>tbjaa#)3R<g8}q^(71Z$!H?w3Vo>CE*ohtwm`oNm`21R+6<9q^%`t"
        "Z#26CwH2hTCE*olttDzJNm@$OR+6-psI4VwFEqOnw3Vo>CEo!5*#",
    "JPEG-LS colours":
        "|JeWc01*fP3;+=W0TBQK5dZ@b0RP$m3<CiG0ssR500IC&06=k$bEQA~xBp*lmfJu7fBpY{!vX>bq;@9LZLF17RaI8|=28kF+x_?dci-"
        ">Wj8}W_|8Mu-{kLa+|9<=L|8CneAOBx}zyCg2S)cFs-~I>y014m#01JR{b3xJgKl%<@b+RHNWJFAeiIZ)%+ij*gKrjIcDI}z-+9Z^cNhvC-"
        "s=AN5073-1rCPSlR;sJ_-{0PO&;5F5|9AWE|1iSeebaCL`|tg=M7{mg|Je",
    "JPEG 2000":
        "|4;u>04V?f0000H0000C00000000000000H0000C0000000000009pH0sm3}3;+NC0RRF71ONg5TmT9{fQX2Yh=`E?WB@7v0Yh?SVRU6=AYyqS"
        "M?^zSFHdk~Zc0!^M<8}(a&u{KZXhx)GcGXykN^q*00000pa22?lh6Dxa0u*y05^+MaSG6%xY$EC19&gm?SK%v2u=aLzrY`uL;?ATKo86$8Pe+l"
        "b!pva47H5LbjiaaGY_5TXWx*28L~M&!fa77kH9}+I0N$;fDgbtbX%qjUkc&V@OLmu3w<u5B7OKha97ofxmuS^d{%vFo^DQt(-"
        "5sly@jPubZvh%%FB$NL`%Fi_32;#*#",
    "JPEG 2000 16":
        "|4;u>04V?f0000H0000C00000000000000H0000C0000000000009pH0sm3}3;+NC0RRF71ONg5TmT9{fQX2Yh=`E?WB@7v0Yh?SVRU6=AYyqS"
        "M?^zSFHdk~Zc0!^M<8}(a&u{KZXhx)GcGXykN^q*00000(EtJelh6Dxd<ZO)S;86|fL~i%pBLCP3(-"
        "iML1uQI#O@_a1kXgn!T&%5p#NY3@IUYX@EOwU0(EJXZxc(B{;PiswT#Ae$-"
        "^Qu59NPBjF@%QGu*w4y_p%ZIX%K`Q6&T!FKPv9f5ZO+3&H<D3LrngpmbZN3||R=wVIP39yCd}cG5L^z6V&pJ#bgmi@92tO?*~;X)zWDsSoAXJ8"
        "70!*B?IXLwre9rSNEK+b3LqbZvh%%1Mf?wXYE;Tb#p1dx)j8|Je",
    "JPEG 2000 colours":
        "|4;u>051Rl0000H0000C00000000000000H0000C000000000000RdB0S5sA2LS>9QUDA9000310t5sA0smY83P3<eNKi;fQ2%5ADgXgPa%Ew3"
        "Wn>^?c_2qbLrpJFaAj^vP(?=|c4cyNX>V>IGA=VNF#nJM3IG5A00Bq<0soWVfPe<Sa40d)AkJ~p@t6!j5zo)GKnOOmGuQ9|w>kULafUpT+0V2@"
        "2TC@!g^XFw0ppGO+?_MyKf&{dgXa|k=MEXt>i}0-e+;#Z#&pT@ZBWk{vN=5?-"
        "e1G&27~7p1Lq7G+%ni2BMh~Q$+?4m>=qBK8QrnoWxvDf2ZQGq1Lq7G(+i4g5uXgTb5;jxV9OqxXBpcVL~^ae>I;MCCjs&abX%qkY0;@lMXG;2a"
        "97ofxmuWJp{2~d-"
        "+ccUUoUiT9N%_i8Sdx9>J5j~EdlZjZSpRNrx_bE^`|kazdddDcq5L>$V;s;zdwd3P7{jz`(1x6Do?7JII4i)h6!KC+8Gb1QUl}~bX$lAQHL#OP"
        "nRX!I1&e9<y7TZhH^7FtL)h-<&XFcEh<m#?(3_c&A0&9C;!<",
}
